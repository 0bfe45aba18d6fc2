BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server -Name main
}

AfterAll { Stop-TestServer }

Describe 'Get-KvLock' -Tag etcd {
    It 'tells who holds a lock, since when, and who waits' {
        $began = [DateTimeOffset]::UtcNow.AddSeconds(-1)
        $lock = Lock-KvKey a -Owner 'deploy job 7'
        $waiting = Start-ThreadJob -ArgumentList $ModulePath { param($module) Import-Module $module; Lock-KvKey a -Store main }
        Wait-Until { (Get-KvLock a).Waiting.Count -eq 1 } 'the second has lined up'
        $held = Get-KvLock a
        $held | Should -BeOfType Valkeyrie.KvLockStatus
        $held.Owner | Should -BeExactly 'deploy job 7'
        $held.FencingToken | Should -Be $lock.FencingToken
        $held.Since | Should -BeGreaterThan $began
        $held.Waiting | Should -Be "$([Environment]::UserName)@$([Environment]::MachineName)"
        Unlock-KvKey $lock
        $next = $waiting | Receive-TestJob
        (Get-KvLock a).Owner | Should -Be "$([Environment]::UserName)@$([Environment]::MachineName)"
        Unlock-KvKey $next
        Get-KvLock a | Should -BeNullOrEmpty
    }

    It 'finds all locks, or those of a directory, and emits nothing for an empty pipeline' {
        $held = Lock-KvKey 'm/x', 'n/y' -Owner me
        (Get-KvLock).Key | Should -Be 'm/x', 'n/y'
        (Get-KvLock -Path m).Key | Should -Be 'm/x'
        'n/y', 'none', 'm/x' | Get-KvLock | ForEach-Object Key | Should -Be 'n/y', 'm/x'
        @() | Get-KvLock | Should -BeNullOrEmpty
        Get-KvLock m/x | Out-String | Should -Match 'FencingToken\s+Waiting\s+Since\s+Key\s+Owner[\s\S]*\d+\s+0\s+\d{4}-\S+ \S+Z\s+m/x\s+me'
        Unlock-KvKey $held
    }

    It 'shows the lock of etcdctl, and is no hindrance to it with an owner of ours' {
        $lock = Lock-KvKey e -EtcdMutex -Owner me
        (Get-KvLock e -EtcdMutex).Owner | Should -Be me
        Get-KvLock e | Should -BeNullOrEmpty
        $other = Start-TestProcess $Etcdctl '--endpoints', $Server, 'lock', 'e'
        Wait-Until { (Get-KvLock e -EtcdMutex).Waiting.Count -eq 1 } 'etcdctl has lined up'
        Unlock-KvKey $lock
        $other.StandardOutput.ReadLine() | Should -BeLike 'e/*'
        $theirs = Get-KvLock e -EtcdMutex
        $theirs.Owner | Should -BeExactly ''
        $theirs.Since | Should -BeNullOrEmpty
        $theirs.FencingToken | Should -BeGreaterThan $lock.FencingToken
    }
}

Describe 'Update-KvLease' -Tag etcd {
    It 'renews a lease once, to its full time' {
        $lease = New-KvLease 600
        $renewed = Update-KvLease $lease
        $renewed.Id | Should -Be $lease.Id
        $renewed.Ttl | Should -Be ([TimeSpan]::FromSeconds(600))
        Remove-KvLease $lease
        (Get-ErrorOf { Update-KvLease $lease }).FullyQualifiedErrorId | Should -BeLike 'KvLeaseNotFound,*'
    }

    It 'keeps an existing lease alive beyond its time: <Name>' -ForEach @(
        @{ Name = '-KeepAlive'; Keep = { $null = Update-KvLease $lease -KeepAlive } }
        @{ Name = '-Wait'; Keep = { $script:job = Start-ThreadJob -ArgumentList $ModulePath, $lease { param($module, $lease) Import-Module $module; Update-KvLease $lease -Wait -Timeout 600 -Store main } } }
    ) {
        $job = $null
        $lease = New-KvLease 3
        Set-KvValue kept 1 -Lease $lease
        . $Keep
        1..2 | ForEach-Object {
            Set-KvValue kept/measure 1 -Ttl 3
            $null = Watch-KvKey kept/measure -Timeout 60 | Where-Object Type -EQ Delete | Select-Object -First 1
        }
        Test-KvKey kept | Should -BeTrue
        Remove-KvLease $lease
        if ($job) {
            # The lease has ended under the one who waits.
            $failure = Get-ErrorOf { $job | Receive-TestJob | Out-Null }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvLeaseNotFound,*'
        }
    }

    It 'ends with its timeout, and leaves the lease' {
        $lease = New-KvLease 60
        (Update-KvLease $lease -Wait -Timeout 0.2).Id | Should -Be $lease.Id
        Get-KvLease $lease | Remove-KvLease
    }

    It 'changes nothing with -WhatIf' {
        Update-KvLease 1 -WhatIf | Should -BeNullOrEmpty
    }
}
