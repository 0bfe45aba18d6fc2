BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server -Name main

    # Goes into the lock again and again. Inside it writes a key that must not exist, and removes it before it leaves: were two inside at once,
    # one of them would meet the other's. Emits its fencing tokens.
    $contend = @'
        1..25 | ForEach-Object {
            Use-KvLock contended -Store $store {
                param($lock)
                Set-KvValue inside $PID -NoClobber -Store $store -ErrorAction Stop
                $lock.FencingToken
                Remove-KvValue inside -Store $store -ErrorAction Stop
            }
        }
'@
}

AfterAll { Stop-TestServer }

Describe 'A lock' -Tag etcd {
    It 'never has two processes inside, and its fencing tokens grow' {
        $others = 1..2 | ForEach-Object { Start-TestPowerShell "`$store = Connect-KvStore $Server; $contend" }
        $tokens = $others | ForEach-Object { , [long[]] ($_.StandardOutput.ReadToEnd().Trim() -split '\s+') }
        foreach ($other in $others) {
            $other.WaitForExit()
            $other.StandardError.ReadToEnd() | Should -BeNullOrEmpty
            $other.ExitCode | Should -Be 0
        }

        foreach ($mine in $tokens) {
            $mine | Should -HaveCount 25
            $mine | Should -Be ($mine | Sort-Object -Unique)
        }

        @($tokens | ForEach-Object { $_ } | Sort-Object -Unique).Count | Should -Be 50
    }

    It 'never has two runspaces inside, and its fencing tokens grow' {
        $tokens = 1..4 | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module $using:ModulePath
            $ErrorActionPreference = 'Stop'
            $store = Get-KvStore main
            . ([scriptblock]::Create($using:contend))
        }
        $tokens.Count | Should -Be 100
        @($tokens | Sort-Object -Unique).Count | Should -Be 100
    }

    It 'is free after its time to live when its holder was killed' {
        $holder = Start-TestPowerShell "`$null = Connect-KvStore $Server; `$held = Lock-KvKey orphaned -Ttl 3; `$held.FencingToken; Start-Sleep 600"
        $token = [long] $holder.StandardOutput.ReadLine()
        (Get-ErrorOf { Lock-KvKey orphaned -Timeout 0 }).FullyQualifiedErrorId | Should -BeLike 'KvCannotLock,*'
        $holder.Kill()
        $holder.WaitForExit()
        $next = Lock-KvKey orphaned -Timeout 60
        $next.FencingToken | Should -BeGreaterThan $token
        Unlock-KvKey $next
    }

    It 'is kept alive far beyond its time to live' {
        $held = Lock-KvKey alive -Ttl 2
        # Two leases of the same length that nobody renews, one after the other.
        1..2 | ForEach-Object {
            Set-KvValue alive/measure 1 -Ttl 2
            $null = Watch-KvKey alive/measure -Timeout 60 | Where-Object Type -EQ Delete | Select-Object -First 1
        }
        $held.IsHeld | Should -BeTrue
        $held.Lost.IsCancellationRequested | Should -BeFalse
        Unlock-KvKey $held -ErrorAction Stop
    }
}
