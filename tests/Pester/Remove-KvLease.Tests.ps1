BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server
}

AfterAll { Stop-TestServer }

Describe 'Remove-KvLease' -Tag etcd {
    It 'ends the lease and removes its keys, and no others' {
        $lease = New-KvLease 300
        Set-KvValue gone/a 1 -Lease $lease
        Set-KvValue gone/b 1
        Remove-KvLease $lease | Should -BeNullOrEmpty
        (Get-KvTree gone).Key | Should -Be gone/b
        (Get-ErrorOf { Remove-KvLease $lease }).FullyQualifiedErrorId | Should -BeLike 'KvLeaseNotFound,*'
    }

    It 'takes what Get-KvLease shows from the pipeline' {
        1..5 | ForEach-Object { $null = New-KvLease 300 }
        Get-KvLease | Remove-KvLease
        Get-KvLease | Should -BeNullOrEmpty
    }

    It 'ends none with -WhatIf' {
        $lease = New-KvLease 300
        Remove-KvLease $lease -WhatIf
        (Get-KvLease $lease).Id | Should -Be $lease.Id
    }
}
