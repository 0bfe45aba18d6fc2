BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server
}

AfterAll { Stop-TestServer }

Describe 'Unlock-KvKey' -Tag etcd {
    It 'releases a lock, by argument and by the pipeline' {
        $held = Lock-KvKey a
        Unlock-KvKey -Lock $held | Should -BeNullOrEmpty
        Lock-KvKey a -Timeout 0 | Unlock-KvKey
        Lock-KvKey a -Timeout 0 | Unlock-KvKey
    }

    It 'does nothing when the lock was released before' {
        $held = Lock-KvKey b
        Unlock-KvKey $held
        Unlock-KvKey $held -ErrorAction Stop
    }

    It 'releases several locks' {
        $held = Lock-KvKey c, d
        Unlock-KvKey $held
        Lock-KvKey c, d -Timeout 0 | Unlock-KvKey
    }

    It 'keeps the lock with -WhatIf' {
        $held = Lock-KvKey e
        Unlock-KvKey $held -WhatIf
        $held.IsHeld | Should -BeTrue
        Unlock-KvKey $held
    }

    It 'says that a lock had been lost' {
        $held = Lock-KvKey f
        $null = Invoke-Etcdctl del --prefix f___lock/
        $failure = Get-ErrorOf { Unlock-KvKey $held }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvLockLost,*'
        $failure.TargetObject | Should -Be f
    }
}
