# A drive that shows a store whose directories are none of etcd's: made, listed, walked, copied, moved and removed, with a lock in between that does not show.

function Assert-DriveWalk([string] $Store) {
    $null = New-PSDrive walked -PSProvider Kv -Root '' -Store $Store
    try {
        Set-Content walked:/walk/a/b/c 1
        Set-Content walked:/walk/a-1 2
        Set-Content walked:/walk/a 3
        New-Item walked:/walk/made -ItemType Directory -ErrorAction Ignore | Out-Null
        (Get-ChildItem walked:/walk).PSChildName | Where-Object { $_ -ne 'made' } | Should -Be a-1, a
        (Get-Item walked:/walk/a).PSIsContainer, (Get-Item walked:/walk/a-1).PSIsContainer | Should -Be $true, $false
        Get-Content walked:/walk/a | Should -Be 3
        (Get-ChildItem walked:/walk -Recurse).PSPath -replace '.*walk.' | Where-Object { $_ -ne 'made' } | Should -Be a-1, a, a/b, a/b/c
        Get-ChildItem walked:/walk/a -Name | Should -Be b
        Test-Path walked:/walk/a/b -PathType Container | Should -BeTrue
        Test-Path walked:/walk/none | Should -BeFalse
        (Get-ErrorOf { Get-ChildItem walked:/walk/none }).FullyQualifiedErrorId | Should -BeLike 'PathNotFound,*'
        Set-Location walked:/walk/a
        (Get-ChildItem).PSChildName | Should -Be b
        Set-Location $PSScriptRoot
        Copy-Item walked:/walk/a walked:/walk/copied -Recurse
        Get-Content walked:/walk/copied/b/c | Should -Be 1
        Move-Item walked:/walk/copied walked:/walk/moved
        Get-Content walked:/walk/moved/b/c | Should -Be 1
        Test-Path walked:/walk/copied | Should -BeFalse
        Remove-Item walked:/walk/a/b -Recurse
        (Get-Item walked:/walk/a).PSIsContainer | Should -BeFalse
        $lock = Lock-KvKey walk/locked/only -Store $Store
        Test-Path walked:/walk/locked | Should -BeFalse
        (Get-ChildItem walked:/walk).PSChildName | Should -Not -Contain locked
        Unlock-KvKey $lock
        Remove-Item walked:/walk -Recurse
        Test-Path walked:/walk | Should -BeFalse
    } finally {
        Set-Location $PSScriptRoot
        Remove-PSDrive walked
    }
}
