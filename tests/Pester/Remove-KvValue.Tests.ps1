BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server
}

AfterAll { Stop-TestServer }

Describe 'Remove-KvValue' -Tag etcd {
    It 'removes a key and nothing that only begins like it' {
        Set-KvValue a/x 1
        Set-KvValue a/xy 1
        Remove-KvValue a/x | Should -BeNullOrEmpty
        Test-KvKey a/x, a/xy | Should -Be $false, $true
    }

    It 'removes what a listing shows' {
        'tree/a', 'tree/b' | Set-KvValue -Value 1
        Get-KvTree tree | Remove-KvValue
        Test-KvKey tree/a, tree/b | Should -Be $false, $false
    }

    It 'emits the keys that it removed with -PassThru' {
        'p/a', 'p/b' | Set-KvValue -Value 1
        'p/a', 'p/b' | Remove-KvValue -PassThru | Should -Be p/a, p/b
    }

    It 'says of a missing key that it is not found' {
        $failure = Get-ErrorOf { Remove-KvValue missing }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvKeyNotFound,*'
        $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        $failure.TargetObject | Should -Be missing
    }

    It 'removes with -IfRevision only at that revision' {
        $old = Set-KvValue if/a 1 -PassThru
        $new = Set-KvValue if/a 2 -PassThru
        $failure = Get-ErrorOf { Remove-KvValue if/a -IfRevision $old.Revision }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvKeyModified,*'
        $failure.Exception.CurrentRevision | Should -Be $new.Revision
        Remove-KvValue if/a -IfRevision $new.Revision
        Test-KvKey if/a | Should -BeFalse
        (Get-ErrorOf { Remove-KvValue if/a -IfRevision $new.Revision }).FullyQualifiedErrorId | Should -BeLike 'KvKeyNotFound,*'
    }

    It 'refuses -IfRevision 0, which is no revision' {
        (Get-ErrorOf { Remove-KvValue if/b -IfRevision 0 }).FullyQualifiedErrorId | Should -BeLike 'KvPreviousNotSpecified,*'
    }

    It 'does not take the revision of a piped pair for a condition' {
        Set-KvValue stale/a 1
        $old = Get-KvValue stale/a
        Set-KvValue stale/a 2
        $old | Remove-KvValue
        Test-KvKey stale/a | Should -BeFalse
    }

    It 'removes nothing with -WhatIf' {
        Set-KvValue whatif/a 1
        Remove-KvValue whatif/a -WhatIf
        Test-KvKey whatif/a | Should -BeTrue
    }
}
