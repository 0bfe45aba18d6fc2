BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    # Locks of one store stand on one lease, so what is to outlive a revoked one is held by another store.
    $null = Connect-KvStore $Server -Name other
    $null = Connect-KvStore $Server -Name main

    # The keys that contenders of a lock stand on.
    function Get-Contender([string] $Key) {
        Invoke-Etcdctl get --prefix "${Key}___lock/" --keys-only | Where-Object { $_ }
    }

    # Ends the lease under a lock, from a thread of its own, once the lock is held.
    function Start-Revocation([string] $Key) {
        Start-ThreadJob -ArgumentList $Key, $Server, $Etcdctl {
            param($key, $server, $etcdctl)
            do {
                $contender = & $etcdctl --endpoints $server get --prefix "${key}___lock/" --keys-only | Where-Object { $_ }
            } until ($contender)
            & $etcdctl --endpoints $server lease revoke $contender.Split('/')[-1]
        }
    }
}

AfterAll { Stop-TestServer }

Describe 'Use-KvLock' -Tag etcd {
    It 'reads as it looks: KEY { } and emits what the block emits' {
        Use-KvLock a { 1; 'two' } | Should -Be 1, 'two'
    }

    It 'holds the lock while the block runs, and not after' {
        Use-KvLock b { @(Get-Contender b).Count } | Should -Be 1
        Get-Contender b | Should -BeNullOrEmpty
    }

    It 'passes the lock to the block' {
        Use-KvLock c { param($lock) $lock.IsHeld; $lock.Key; $lock.FencingToken -gt 0 } | Should -Be $true, c, $true
        Use-KvLock c { $args[0].Key } | Should -Be c
    }

    It 'runs the block in a scope below the caller''s' {
        $outside = 1
        Use-KvLock d { $outside; $outside = 2 } | Should -Be 1
        $outside | Should -Be 1
    }

    It 'emits while the block runs, not at its end' {
        $order = [Collections.Generic.List[string]]::new()
        Use-KvLock e { 1; $order.Add('block'); 2 } | ForEach-Object { $order.Add($_) }
        $order | Should -Be '1', 'block', '2'
    }

    It 'lets the streams of the block through' {
        $all = Use-KvLock f { Write-Warning w; Write-Error e; Write-Information i; Write-Verbose v -Verbose } 3>&1 2>&1 6>&1 4>&1
        $all | ForEach-Object { $_.GetType().Name } | Should -Be WarningRecord, ErrorRecord, InformationRecord, VerboseRecord
    }

    Context 'releases the lock however the block ends' {
        AfterEach { Get-Contender end | Should -BeNullOrEmpty }

        It 'by an error, which goes on to the caller' {
            { Use-KvLock end { throw 'boom' } } | Should -Throw boom
        }

        It 'by return' {
            Use-KvLock end { 1; return; 2 } | Should -Be 1
        }

        It 'by break and continue, which reach the caller''s loop' {
            $rounds = foreach ($i in 1..3) { Use-KvLock end { $i; break }; 'after' }
            $rounds | Should -Be 1
            $rounds = foreach ($i in 1..3) { Use-KvLock end { $i; continue }; 'after' }
            $rounds | Should -Be 1, 2, 3
        }

        It 'by a later command that has enough' {
            Use-KvLock end { 1..1000 } | Select-Object -First 2 | Should -Be 1, 2
        }

        It 'by a terminating error of a cmdlet in it' {
            { Use-KvLock end { Get-KvValue missing -ErrorAction Stop } } | Should -Throw -ErrorId 'KvKeyNotFound,*'
        }

        It 'by Ctrl+C' {
            Stop-AtWork 'Use-KvLock end { Start-Sleep 600 } -Store main' { Get-Contender end } | Should -Be Stopped
        }

        It 'by exit of the script' {
            $other = Start-TestPowerShell "`$null = Connect-KvStore $Server; Use-KvLock end { 'in'; exit 3 }"
            $other.StandardOutput.ReadLine() | Should -Be in
            $other.WaitForExit(60000) | Should -BeTrue
            $other.ExitCode | Should -Be 3
        }
    }

    Context 'runs its block as & { } does' {
        BeforeDiscovery {
            # Each is run as the only script of a PowerShell, once with & and once with Use-KvLock in place of RUN.
            $scripts = @(
                "RUN { 1 / 0; 'continued' }; 'after'"
                "try { RUN { 1 / 0; 'continued' }; 'after' } catch { 'caught' }"
                "try { RUN { 1 / 0; 'continued' }; 'after' } catch [DivideByZeroException] { 'typed' }"
                "try { RUN { [int]::Parse('x'); 'continued' }; 'after' } catch { 'caught ' + `$_.Exception.InnerException.GetType().Name }"
                "try { RUN { `$null.None(); 'continued' } } catch { 'caught ' + `$_.FullyQualifiedErrorId.Split(',')[0] }"
                "try { RUN { Write-Error x; 'continued' }; 'after' } catch { 'caught' }"
                "try { RUN { Write-Error x -ErrorAction Stop; 'continued' } } catch { 'caught ' + `$_.FullyQualifiedErrorId.Split(',')[0] }"
                "RUN { Write-Error x -ErrorAction Stop; 'continued' }; 'after'"
                "try { RUN { throw 'x'; 'continued' } } catch { 'caught ' + `$_ }"
                "RUN { throw 'x'; 'continued' }; 'after'"
                "RUN { try { 1 / 0; 'continued' } catch { 'inner' }; 'went on' }; 'after'"
                "RUN { try { RUN { 1 / 0; 'continued' } } catch { 'inner' }; 'went on' }; 'after'"
                "try { RUN { RUN { 1 / 0; 'continued' }; 'went on' }; 'after' } catch { 'outer' }"
                "RUN { RUN { 1 / 0; 'continued' }; 'went on' }; 'after'"
                "try { RUN { function f { 1 / 0; 'continued' }; f; 'went on' } } catch { 'caught' }"
                "try { & { RUN { 1 / 0; 'continued' }; 'went on' } } catch { 'caught' }"
                "trap { 'trapped'; continue }; RUN { 1 / 0; 'continued' }; 'after'"
                "trap { 'trapped'; break }; RUN { 1 / 0; 'continued' }; 'after'"
                "RUN { trap { 'trapped'; continue }; 1 / 0; 'went on' }; 'after'"
                "`$ErrorActionPreference = 'Stop'; RUN { 1 / 0; 'continued' }; 'after'"
                "`$ErrorActionPreference = 'Stop'; RUN { Write-Error x; 'continued' }; 'after'"
                "`$ErrorActionPreference = 'SilentlyContinue'; RUN { 1 / 0; 'continued' }; 'after'"
                "RUN { `$ErrorActionPreference = 'Stop'; 1 / 0; 'continued' }; 'after ' + `$ErrorActionPreference"
                "foreach (`$i in 1..3) { RUN { `$i; if (`$i -eq 2) { break } }; 'after' }"
                "foreach (`$i in 1..3) { RUN { `$i; if (`$i -eq 2) { continue } }; 'after' }"
                "function f { RUN { return 1 }; 'after' }; f"
                "RUN { 1 / 0; 'continued' } 2>`$null; 'errors ' + `$Error.Count"
                "try { RUN { 1 / 0 } } catch { }; 'errors ' + `$Error.Count"
                "RUN { 'fine' }; 'errors ' + `$Error.Count + ' ' + `$?"
            )
            $cases = $scripts | ForEach-Object { @{ Script = $_ } }
        }

        BeforeAll {
            $runspace = [runspacefactory]::CreateRunspace()
            $runspace.Open()
            $null = [powershell]::Create($runspace).AddScript("Import-Module '$ModulePath'; Connect-KvStore -InMemory -Name blocks").Invoke()
            function Get-Outcome([string] $Script) {
                $shell = [powershell]::Create($runspace)
                $output = [Management.Automation.PSDataCollection[psobject]]::new()
                $end = ''
                try {
                    $shell.AddScript("`$Error.Clear(); `$number = 0`n$Script", $true).Invoke($null, $output)
                } catch {
                    $end = $_.Exception.InnerException.ErrorRecord.ToString()
                }

                "output: $output; written: $($shell.Streams.Error); end: $end"
                $shell.Dispose()
            }
        }

        AfterAll { $runspace.Dispose() }

        It '<Script>' -ForEach $cases {
            # Each lock has a key of its own, since locks nest here.
            $plain = Get-Outcome ($Script -creplace 'RUN \{', '& {')
            Get-Outcome ($Script -creplace 'RUN \{', 'Use-KvLock "block/$(($number++))" -Store blocks {') | Should -BeExactly $plain
        }
    }

    It 'takes -ErrorAction for its lock, not for its block' {
        Use-KvLock quiet -ErrorAction SilentlyContinue { Write-Error x; 'goes on' } -ErrorVariable none 2>&1 | ForEach-Object { "$_" } | Should -Be x, 'goes on'
        { Use-KvLock quiet -ErrorAction SilentlyContinue { throw 'mine' } } | Should -Throw mine
        $held = Lock-KvKey quiet
        Use-KvLock quiet -ErrorAction SilentlyContinue -Timeout 0 { 'not reached' } | Should -BeNullOrEmpty
        Unlock-KvKey $held
    }

    It 'leaves no trace in $Error and $StackTrace of how it looks for a try' {
        $Error.Clear()
        $global:StackTrace = 'mine'
        Use-KvLock trace { }
        try { Use-KvLock trace { } } finally { $null = 0 }
        $Error | Should -BeNullOrEmpty
        $StackTrace | Should -Be mine
    }

    Context 'stops the block when the lock is lost' {
        It 'in <Name>' -ForEach @(
            @{ Name = 'a command that waits'; Block = { Start-Sleep 600; 'not reached' } }
            @{ Name = 'a loop'; Block = { while ($true) { $null = 1 }; 'not reached' } }
            @{ Name = 'a pipeline'; Block = { 1 | ForEach-Object { Start-Sleep 600; 'not reached' } } }
            @{ Name = 'a wait for another lock'; Block = { Lock-KvKey blocker; 'not reached' } }
        ) {
            $blocker = Lock-KvKey blocker -Store other
            $revoking = Start-Revocation lost
            $reached = $null
            $failure = Get-ErrorOf { Use-KvLock lost $Block -OutVariable reached }
            $failure.FullyQualifiedErrorId | Should -Be 'KvLockLost,Valkeyrie.PowerShell.Commands.UseKvLockCommand'
            $failure.TargetObject | Should -Be lost
            $reached | Should -BeNullOrEmpty
            $null = $revoking | Receive-TestJob
            Unlock-KvKey $blocker
        }

        It 'and its finally runs' {
            $revoking = Start-Revocation tidy
            $ran = @{}
            $null = Get-ErrorOf { Use-KvLock tidy { try { Start-Sleep 600 } finally { $ran.Finally = $true } } }
            $ran.Finally | Should -BeTrue
            $null = $revoking | Receive-TestJob
        }

        It 'and the caller goes on' {
            $revoking = Start-Revocation on
            $state = try { Use-KvLock on { Start-Sleep 600 } } catch { 'caught' }
            $state | Should -Be caught
            Use-KvLock on { 'again' } | Should -Be again
            $null = $revoking | Receive-TestJob
        }
    }

    Context 'stops the block when the lock is released under it' {
        BeforeAll {
            # Does something from a thread of its own once the lock of a key is held.
            function Start-Meddler([string] $Key, [scriptblock] $Do, $Argument) {
                Start-ThreadJob -ArgumentList $Key, $Server, $Etcdctl, $ModulePath, $Do.ToString(), $Argument {
                    param($key, $server, $etcdctl, $module, $do, $argument)
                    Import-Module $module
                    do {
                        $contender = & $etcdctl --endpoints $server get --prefix "${key}___lock/" --keys-only | Where-Object { $_ }
                    } until ($contender)
                    & ([scriptblock]::Create($do)) $argument
                }
            }

            $replace = (Get-Command Connect-KvStore).Parameters.ContainsKey('Force') ? @{ Force = $true } : @{}
        }

        BeforeEach {
            $under = Connect-KvStore $Server -Name under @replace
            $null = Connect-KvStore $Server -Name main @replace
        }

        It 'by <Name>, in the block' -ForEach @(
            @{ Name = 'Disconnect-KvStore'; Do = { Disconnect-KvStore under }; Reason = 'StoreClosed' }
            @{ Name = 'Connect-KvStore under its store''s name'; Do = { Connect-KvStore $Server -Name under @replace }; Reason = 'StoreClosed' }
            @{ Name = 'the store''s own DisposeAsync'; Do = { $under.Store.DisposeAsync().AsTask().Wait() }; Reason = 'StoreClosed' }
            @{ Name = 'Unlock-KvKey'; Do = { param($lock) Unlock-KvKey $lock }; Reason = 'Released' }
            @{ Name = 'the lock''s own UnlockAsync'; Do = { param($lock) $lock.UnlockAsync().AsTask().Wait() }; Reason = 'Released' }
        ) {
            $seen = @{}
            $failure = Get-ErrorOf {
                Use-KvLock taken -Store under -OutVariable reached {
                    param($lock)
                    $seen.Lock = $lock
                    $null = & $Do $lock
                    while ($true) { 'stopped here at the latest' | Out-Null }
                    'not reached'
                }
            }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvLockLost,*'
            $failure.Exception.Reason | Should -Be $Reason
            $seen.Lock.Lost.IsCancellationRequested | Should -BeTrue
            $reached | Should -BeNullOrEmpty
            Lock-KvKey taken -Timeout 0 -Store other -ErrorAction Stop | Unlock-KvKey
        }

        It 'by <Name>, from another runspace' -ForEach @(
            @{ Name = 'Disconnect-KvStore'; Do = { Disconnect-KvStore under }; Reason = 'StoreClosed' }
            @{ Name = 'Unlock-KvKey'; Do = { param($seen) Unlock-KvKey $seen.Lock }; Reason = 'Released' }
        ) {
            $seen = @{}
            $meddler = Start-Meddler meddled $Do $seen
            $failure = Get-ErrorOf { Use-KvLock meddled -Store under { $seen.Lock = $args[0]; Start-Sleep 600 } }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvLockLost,*'
            $failure.Exception.Reason | Should -Be $Reason
            $meddler | Receive-TestJob | Should -BeNullOrEmpty
        }

        It 'by the end of the runspace that opened the store' {
            $owner = [runspacefactory]::CreateRunspace()
            $owner.Open()
            $shell = [powershell]::Create($owner).AddScript("Import-Module '$ModulePath'; `$null = Connect-KvStore $Server -Name owned")
            $null = $shell.Invoke()
            $closing = Start-Meddler closed { param($owner) $owner.Close() } $owner
            (Get-ErrorOf { Use-KvLock closed -Store owned { Start-Sleep 600 } }).Exception.Reason | Should -Be StoreClosed
            $null = $closing | Receive-TestJob
            $shell.Dispose()
        }

        It 'by Remove-Module' {
            $shell = [powershell]::Create().AddScript(@"
                Import-Module '$ModulePath'
                `$null = Connect-KvStore $Server
                try { Use-KvLock removed { Remove-Module Valkeyrie; while (`$true) { `$null = 1 } } } catch { `$_.FullyQualifiedErrorId }
"@)
            $shell.Invoke() | Should -BeLike 'KvLockLost,*'
            $shell.Dispose()
        }

        It 'of two nested locks the inner one, then the outer one' {
            $order = [Collections.Generic.List[string]]::new()
            $failure = Get-ErrorOf {
                Use-KvLock outer -Store under {
                    try { Use-KvLock inner -Store under { Disconnect-KvStore under; while ($true) { $null = 1 } } } finally { $order.Add('inner') }
                    $order.Add('not reached')
                }
            }
            $failure.TargetObject | Should -Be outer
            $order | Should -Be inner
        }
    }

    It 'says so when the lock was lost and the block did not notice' {
        $failure = Get-ErrorOf { Use-KvLock unseen { $null = Invoke-Etcdctl del --prefix unseen___lock/ } }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvLockLost,*'
    }

    It 'does not run the block when the lock cannot be had' {
        $held = Lock-KvKey busy
        $ran = @{}
        $failure = Get-ErrorOf { Use-KvLock busy { $ran.Block = $true } -Timeout 0.2 }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvCannotLock,*'
        $ran.Count | Should -Be 0
        Unlock-KvKey $held
    }

    It 'nests: of two keys, and in a pipeline' {
        Use-KvLock n1 { Use-KvLock n2 { 'both' } } | Should -Be both
        1..3 | ForEach-Object { $n = $_; Use-KvLock n3 { $n } } | Should -Be 1, 2, 3
    }

    It 'puts -Value on the key while the block runs' {
        Use-KvLock valued { Get-KvValue valued -ValueOnly } -Value me -DeleteOnUnlock | Should -Be me
        Test-KvKey valued | Should -BeFalse
    }

    It 'runs nothing with -WhatIf' {
        $ran = @{}
        Use-KvLock whatif { $ran.Block = $true } -WhatIf
        $ran.Count | Should -Be 0
    }
}
