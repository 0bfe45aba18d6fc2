BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server -Name main
}

AfterAll { Stop-TestServer }

Describe 'Lock-KvKey' -Tag etcd {
    It 'gives a lock that is held until it is released' {
        $held = Lock-KvKey a
        $held | Should -BeOfType Valkeyrie.KvLock
        $held.Key | Should -BeExactly a
        $held.IsHeld | Should -BeTrue
        $held.FencingToken | Should -BeGreaterThan 0
        $held.Ttl | Should -Be ([TimeSpan]::FromSeconds(20))
        Unlock-KvKey $held
        $held.IsHeld | Should -BeFalse
        $held.Lost.IsCancellationRequested | Should -BeFalse
    }

    It 'excludes others, and ends with an error after -Timeout: <_>' -ForEach 0, 0.3, '00:00:00.3' {
        $held = Lock-KvKey b
        $failure = Get-ErrorOf { Lock-KvKey b -Timeout $_ }
        $failure.FullyQualifiedErrorId | Should -Be 'KvCannotLock,Valkeyrie.PowerShell.Commands.LockKvKeyCommand'
        $failure.CategoryInfo.Category | Should -Be ResourceBusy
        $failure.TargetObject | Should -Be b
        Unlock-KvKey $held
        Lock-KvKey b -Timeout 30 | Unlock-KvKey
    }

    It 'ends the command when the lock cannot be had, so that a script does not go on as if it were held' {
        $held = Lock-KvKey c
        { Lock-KvKey c -Timeout 0 } | Should -Throw -ErrorId 'KvCannotLock,*'
        Unlock-KvKey $held
    }

    It 'waits until the lock is free, and each later holder has a higher fencing token' {
        $first = Lock-KvKey d
        $second = Start-ThreadJob -ArgumentList $ModulePath { param($module) Import-Module $module; Lock-KvKey d -Store main }
        Wait-Until { @(Invoke-Etcdctl get --prefix d___lock/ --keys-only | Where-Object { $_ }).Count -eq 2 } 'the second has lined up'
        $second.State | Should -Be Running
        Unlock-KvKey $first
        $next = $second | Receive-TestJob
        $next.FencingToken | Should -BeGreaterThan $first.FencingToken
        Unlock-KvKey $next
    }

    It 'puts a value on the locked key, and removes it with -DeleteOnUnlock' {
        $held = Lock-KvKey e -Value 'me' -DeleteOnUnlock
        Get-KvValue e -ValueOnly | Should -Be me
        Unlock-KvKey $held
        Test-KvKey e | Should -BeFalse
        Lock-KvKey f -Value 'stays' | Unlock-KvKey
        Get-KvValue f -ValueOnly | Should -Be stays
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'a time to live of zero'; Arguments = @{ Ttl = 0 } }
        @{ Name = 'a negative time to live'; Arguments = @{ Ttl = -1 } }
        @{ Name = 'a negative timeout'; Arguments = @{ Timeout = -1 } }
        @{ Name = 'a null value'; Arguments = @{ Value = $null } }
    ) {
        (Get-ErrorOf { Lock-KvKey bad @Arguments }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }

    It 'tells its holder at once when it is lost' {
        $held = Lock-KvKey g
        $leases = Invoke-Etcdctl get --prefix g___lock/ --keys-only | Where-Object { $_ }
        $null = Invoke-Etcdctl lease revoke $leases.Split('/')[-1]
        $held.Lost.WaitHandle.WaitOne(60000) | Should -BeTrue
        $held.IsHeld | Should -BeFalse
        (Get-ErrorOf { Unlock-KvKey $held }).FullyQualifiedErrorId | Should -BeLike 'KvLockLost,*'
    }

    It 'ends at once with Ctrl+C while it waits, and leaves nothing behind' {
        $held = Lock-KvKey h
        Stop-AtWork 'Lock-KvKey h -Store main' {
            @(Invoke-Etcdctl get --prefix h___lock/ --keys-only | Where-Object { $_ }).Count -eq 2
        } | Should -Be Stopped
        Wait-Until { @(Invoke-Etcdctl get --prefix h___lock/ --keys-only | Where-Object { $_ }).Count -eq 1 } 'its place in the queue is gone'
        Unlock-KvKey $held
    }

    It 'takes nothing with -WhatIf' {
        Lock-KvKey i -WhatIf | Should -BeNullOrEmpty
        Lock-KvKey i -Timeout 0 | Unlock-KvKey
    }

    It 'takes the locks of several keys' {
        $held = 'j', 'k' | Lock-KvKey
        $held | ForEach-Object Key | Should -Be j, k
        $held | Unlock-KvKey
    }

    It 'holds none of several keys when it cannot have one of them: <_>' -ForEach @(
        'Lock-KvKey m, n -Timeout 0'
        '"m", "n" | Lock-KvKey -Timeout 0'
        'Lock-KvKey m, n -Timeout 0 -ErrorAction SilentlyContinue'
        'Lock-KvKey m, n -Timeout 0 | ForEach-Object { $given.Add($_) }'
        'Lock-KvKey m, n -Timeout 0 | Unlock-KvKey'
    ) {
        $other = Lock-KvKey n
        $given = [Collections.Generic.List[object]]::new()
        try {
            $null = & ([scriptblock]::Create($_))
        }
        catch {
            $_.FullyQualifiedErrorId | Should -BeLike 'KvCannotLock,*'
        }

        $given | ForEach-Object { $_.Lost.IsCancellationRequested } | Should -Not -Contain $false
        Lock-KvKey m -Timeout 0 | Unlock-KvKey
        Unlock-KvKey $other
    }

    It 'holds none when an earlier command of the pipeline fails: <_>' -ForEach '& { "q", "r"; throw "x" } | Lock-KvKey -Timeout 0', '"q", "r" | ForEach-Object { $_; if ($_ -eq "r") { throw "x" } } | Lock-KvKey -Timeout 0' {
        { $held = & ([scriptblock]::Create($_)); $held } | Should -Throw x
        Lock-KvKey q, r -Timeout 0 | Unlock-KvKey
    }

    It 'keeps the locks that a later command failed with' {
        $kept = [Collections.Generic.List[object]]::new()
        { 'q' | Lock-KvKey -Timeout 0 | ForEach-Object { $kept.Add($_); throw 'x' } } | Should -Throw x
        $kept[0].IsHeld | Should -BeTrue
        $kept | Unlock-KvKey
    }

    It 'keeps the locks that a later command was content with' {
        $held = Lock-KvKey o, p | Select-Object -First 1
        $held.IsHeld | Should -BeTrue
        Unlock-KvKey $held
    }

    Context 'beside etcd''s own tool' {
        It 'is excluded by etcdctl lock KEY___lock' {
            $other = Start-TestProcess $Etcdctl '--endpoints', $Server, 'lock', 'l___lock'
            $other.StandardOutput.ReadLine() | Should -BeLike 'l___lock/*'
            (Get-ErrorOf { Lock-KvKey l -Timeout 0.3 }).FullyQualifiedErrorId | Should -BeLike 'KvCannotLock,*'
            $null = Invoke-Etcdctl lease revoke ((Invoke-Etcdctl get --prefix l___lock/ --keys-only | Where-Object { $_ }).Split('/')[-1])
            Lock-KvKey l -Timeout 60 | Unlock-KvKey
        }

        It 'excludes etcdctl lock KEY___lock' {
            $held = Lock-KvKey m
            $other = Start-TestProcess $Etcdctl '--endpoints', $Server, 'lock', 'm___lock', 'echo', 'inside'
            Wait-Until { @(Invoke-Etcdctl get --prefix m___lock/ --keys-only | Where-Object { $_ }).Count -eq 2 } 'etcdctl has lined up'
            $other.HasExited | Should -BeFalse
            $inside = $other.StandardOutput.ReadLineAsync()
            $inside.IsCompleted | Should -BeFalse
            Unlock-KvKey $held
            $inside.Wait(60000) | Should -BeTrue
            $inside.Result | Should -Be inside
        }
    }

    It 'names the holder of a lock that could not be taken, and releases by key what this session holds' {
        $null = Lock-KvKey named/a -Owner 'zoe@web1' -Store main
        "$(Get-ErrorOf { Lock-KvKey named/a -Timeout 0 -Store main })" | Should -BeLike "*zoe@web1 has the lock of 'named/a'.*"
        "$(Get-ErrorOf { Use-KvLock named/a -Timeout 0 { } -Store main })" | Should -BeLike "*zoe@web1 has the lock of 'named/a'.*"
        (TabExpansion2 'Unlock-KvKey named/' 19).CompletionMatches.CompletionText | Should -Be named/a
        Get-KvLock named/a -Store main | Unlock-KvKey
        Get-KvLock named/a -Store main | Should -BeNullOrEmpty
        $failure = Get-ErrorOf { Unlock-KvKey named/a }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        "$failure" | Should -BeLike "*does not hold the lock of 'named/a'*Get-KvLock*"
    }

    It 'asks which lock is to be released where this session holds that of one key on two stores' {
        $other = Connect-KvStore -InMemory -Name 'another one'
        $locks = (Lock-KvKey twice -Store main), (Lock-KvKey twice -Store $other)
        "$(Get-ErrorOf { Unlock-KvKey twice })" | Should -BeLike "*holds 2 locks of 'twice'*"
        $locks | Unlock-KvKey
        $locks.IsHeld | Should -Be $false, $false
        Disconnect-KvStore $other
    }
}
