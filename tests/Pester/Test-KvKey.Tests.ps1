BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server
}

AfterAll { Stop-TestServer }

Describe 'Test-KvKey' -Tag etcd {
    BeforeAll { Set-KvValue t/a 1 }

    It 'emits a bool for each key, in their order' {
        Test-KvKey t/missing, t/a | Should -Be $false, $true
        't/a', 't/missing' | Test-KvKey | Should -Be $true, $false
        Test-KvKey t/a | Should -BeOfType bool
    }

    It 'takes the keys of a listing' {
        Get-KvTree t | Test-KvKey | Should -BeTrue
    }

    It 'does not take a directory for a key' {
        Test-KvKey t | Should -BeFalse
    }

    It 'says what is wrong with an empty key instead of false' {
        (Get-ErrorOf { Test-KvKey '' }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }
}
