BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server -Name main
}

AfterAll { Stop-TestServer }

Describe 'New-KvLease' -Tag etcd {
    It 'makes a lease that etcd''s own tool knows by the number shown' {
        $lease = New-KvLease 300
        $lease | Should -BeOfType Valkeyrie.KvLease
        Invoke-Etcdctl lease timetolive "$lease" | Should -BeLike '*granted with TTL(300s)*'
    }

    It 'takes its time as seconds or as a TimeSpan, and rounds a fraction up: <_>' -ForEach 60, '60', 59.5, '00:01:00', ([TimeSpan]::FromMinutes(1)) {
        (New-KvLease -Ttl $_).Ttl | Should -Be ([TimeSpan]::FromMinutes(1))
    }

    It 'reads seconds where PowerShell asks for the time, too' {
        $asked = '5' | & $Pwsh -NoProfile -Command "Import-Module '$ModulePath'; `$null = Connect-KvStore -InMemory; 'TTL ' + (New-KvLease).Ttl"
        $asked | Should -Contain 'TTL 00:00:05'
    }

    It 'refuses a time of zero or less: <_>' -ForEach 0, -1 {
        (Get-ErrorOf { New-KvLease $_ }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }

    It 'ends with its keys when its time is over' {
        $lease = New-KvLease 1
        Set-KvValue ends/a 1 -Lease $lease
        Set-KvValue ends/b 1 -Lease $lease
        Watch-KvTree ends -Timeout 60 | Where-Object Type -EQ Delete | Select-Object -First 2 | ForEach-Object Key | Should -Be ends/a, ends/b
        (Get-ErrorOf { Set-KvValue ends/c 1 -Lease $lease }).FullyQualifiedErrorId | Should -BeLike 'KvLeaseNotFound,*'
    }

    It 'is renewed with -KeepAlive until the store is disconnected' {
        $null = Connect-KvStore $Server -Name keeping
        $lease = New-KvLease 5 -KeepAlive -Store keeping
        Wait-Until { (Invoke-Etcdctl lease timetolive "$lease") -match 'remaining\(3s\)' } 'the lease has grown old'
        Wait-Until { (Invoke-Etcdctl lease timetolive "$lease") -match 'remaining\([45]s\)' } 'the lease has been renewed'
        Disconnect-KvStore keeping
        Select-KvStore main
        (Get-ErrorOf { Get-KvLease $lease }).FullyQualifiedErrorId | Should -BeLike 'KvLeaseNotFound,*'
    }

    It 'makes none with -WhatIf' {
        $before = @(Get-KvLease).Count
        New-KvLease 300 -WhatIf | Should -BeNullOrEmpty
        @(Get-KvLease).Count | Should -Be $before
    }
}
