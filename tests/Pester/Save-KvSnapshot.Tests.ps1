BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Connect-KvStore -Path (Join-Path $TestFolder main.db) -Name main
    Set-KvValue app/color blue
    Set-KvValue app/size large -Ttl 3600

    function Get-TestPath([string] $Name) { Join-Path $TestFolder $Name }
}

AfterAll { Stop-TestServer }

Describe 'Save-KvSnapshot' {
    It 'writes a file that is a store, and tells its path, revision, size and store' {
        $revision = (Get-KvValue app/size).Revision
        $snapshot = Save-KvSnapshot (Get-TestPath whole.db)
        $snapshot.Path | Should -BeExactly (Get-TestPath whole.db)
        $snapshot.Revision | Should -Be $revision
        $snapshot.Size | Should -Be (Get-Item (Get-TestPath whole.db)).Length
        $snapshot.Store | Should -BeExactly (Get-KvStore main).Address
        "$snapshot" | Should -BeExactly $snapshot.Path

        $restored = Connect-KvStore -Path $snapshot.Path -Name restored
        Get-KvValue app/color -ValueOnly -Store $restored | Should -Be blue
        (Get-KvValue app/size -Store $restored).LeaseId | Should -Not -Be 0
        Disconnect-KvStore restored
        Select-KvStore main
    }

    It 'is readable by its owner only, and leaves nothing beside it' {
        $null = New-Item -ItemType Directory (Get-TestPath own)
        $null = Save-KvSnapshot (Get-TestPath own/s.db)
        (Get-ChildItem (Get-TestPath own) -Force).Name | Should -Be 's.db'
        Test-OwnerOnly (Get-TestPath own/s.db) | Should -BeTrue
    }

    It 'takes a store in memory' {
        $memory = Connect-KvStore -InMemory -Name scratch
        Set-KvValue a 1 -Store $memory
        $null = Save-KvSnapshot (Get-TestPath memory.db) -Store $memory
        $restored = Connect-KvStore -Path (Get-TestPath memory.db) -Name restored
        Get-KvValue a -ValueOnly -Store $restored | Should -Be 1
        'scratch', 'restored' | Disconnect-KvStore
        Select-KvStore main
    }

    It 'holds the whole store, whatever the namespace of the connection' {
        $part = Connect-KvStore -Path (Get-TestPath main.db) -Name part -Namespace app/
        $null = Save-KvSnapshot (Get-TestPath part.db) -Store $part
        $restored = Connect-KvStore -Path (Get-TestPath part.db) -Name restored
        (Get-KvTree -Store $restored).Key | Should -Be app/color, app/size
        'part', 'restored' | Disconnect-KvStore
        Select-KvStore main
    }

    It 'replaces a file, one that is marked as read-only with -Force alone, and none with -NoClobber' {
        $file = Get-TestPath old.db
        Set-Content $file old
        (Get-ErrorOf { Save-KvSnapshot $file -NoClobber }).FullyQualifiedErrorId | Should -BeLike 'KvFileFailed,*'
        Get-Content $file | Should -Be old
        (Get-Item $file).IsReadOnly = $true
        (Get-ErrorOf { Save-KvSnapshot $file }).CategoryInfo.Category | Should -Be PermissionDenied
        Get-Content $file | Should -Be old
        $null = Save-KvSnapshot $file -Force
        (Get-Item $file).Length | Should -BeGreaterThan 4096
    }

    It 'refuses the file of a store that is open, its own among them' {
        $before = (Get-Item (Get-TestPath main.db)).Length
        $failure = Get-ErrorOf { Save-KvSnapshot (Get-TestPath main.db) -Force }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvFileFailed,*'
        "$failure" | Should -BeLike '*is a store that is open*Specify another file.'
        (Get-Item (Get-TestPath main.db)).Length | Should -Be $before
        Set-KvValue app/still here
    }

    It 'writes nothing with -WhatIf' {
        Save-KvSnapshot (Get-TestPath whatif.db) -WhatIf | Should -BeNullOrEmpty
        Get-TestPath whatif.db | Should -Not -Exist
    }

    It 'takes files from the pipeline, and paths relative to the location' {
        Push-Location $TestFolder
        try { ('one.db', 'two.db' | Save-KvSnapshot).Path | Should -Be (Get-TestPath one.db), (Get-TestPath two.db) } finally { Pop-Location }
    }

    It 'writes through a pipe' -Skip:$IsWindows {
        $copy = Get-TestPath piped.db
        & /bin/sh -c 'mkfifo "$1"; (cat "$1" > "$2") >/dev/null 2>&1 &' sh (Get-TestPath pipe) $copy
        $snapshot = Save-KvSnapshot (Get-TestPath pipe)
        Wait-Until { (Get-Item $copy).Length -eq $snapshot.Size }
    }

    It 'shows the revision, the size and the path' {
        $text = Save-KvSnapshot (Get-TestPath shown.db) | Out-String -Width 500
        $text | Should -Match 'Revision\s+Size\s+Path'
        $text | Should -BeLike "*$(Get-TestPath shown.db)*"
    }
}
