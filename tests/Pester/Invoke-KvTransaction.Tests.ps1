BeforeDiscovery {
    $stores = @(
        @{ Name = 'etcd v3'; Needs = 'etcd'; Open = { Connect-KvStore $Server -Name main -Force } }
        @{ Name = 'an embedded store'; Needs = @(); Open = { Connect-KvStore -Path "$TestDrive/transactions.db" -Name main -Force } }
    )
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
}

AfterAll { Stop-TestServer }

foreach ($store in $stores) {
    Describe 'Invoke-KvTransaction on <Name>' -Tag $store.Needs -ForEach $store {
        BeforeAll { $null = & $Open }

        It 'does -Then where the conditions hold, and -Else where one does not' {
            Set-KvValue if/a 1
            $conditions = (New-KvCondition if/a -Exists), (New-KvCondition if/b -Missing)
            $first = Invoke-KvTransaction -If $conditions -Then { Set-KvValue if/b then } -Else { Set-KvValue if/b else }
            $first.Succeeded | Should -BeTrue
            Get-KvValue if/b -ValueOnly | Should -Be then
            $second = Invoke-KvTransaction $conditions { Set-KvValue if/b then } { Set-KvValue if/b else }
            $second.Succeeded | Should -BeFalse
            Get-KvValue if/b -ValueOnly | Should -Be else
            $second.Revision | Should -Be (Get-KvValue if/b).Revision
        }

        It 'takes a block alone, and blocks after piped conditions' {
            (Invoke-KvTransaction { Set-KvValue alone/a 1 }).Succeeded | Should -BeTrue
            Get-KvValue alone/a -ValueOnly | Should -Be 1
            (New-KvCondition alone/a -Missing | Invoke-KvTransaction { Set-KvValue alone/b then } { Set-KvValue alone/b else }).Succeeded | Should -BeFalse
            Get-KvValue alone/b -ValueOnly | Should -Be else
            $done = Invoke-KvTransaction (New-KvCondition alone/a -Exists), (New-KvCondition alone/b -Exists) { Remove-KvValue alone/a } { Remove-KvValue alone/b }
            $done.Succeeded | Should -BeTrue
            (Get-KvTree alone).Key | Should -Be alone/b
        }

        It 'emits one object, with what each command gave, in order' {
            Set-KvValue gave/old 1
            $done = @(Invoke-KvTransaction -Then {
                    Set-KvValue gave/a one -PassThru
                    Get-KvValue gave/a -ValueOnly
                    'gave/old', 'gave/none' | Remove-KvValue -PassThru
                    Get-KvValue gave/none
                    'this is not emitted'
                } -WarningAction SilentlyContinue)
            $done | Should -HaveCount 1
            $done.Results.Operation | Should -Be Set, Get, Remove, Remove, Get
            $done.Results.Key | Should -Be gave/a, gave/a, gave/old, gave/none, gave/none
            $done.Results.KeyCount | Should -Be 1, 1, 1, 0, 0
            $done.Results[0].Pair.Revision | Should -Be $done.Revision
            $done.Results[1].Value | Should -Be one
            $done.Results[4].Pair | Should -BeNullOrEmpty
        }

        It 'records nothing of an event''s action that runs during its block, which does its work at once' {
            Set-KvValue action/count 0
            $timer = [Timers.Timer]::new(1)
            $ran = [hashtable]::Synchronized(@{ Count = 0 })
            $null = Register-ObjectEvent $timer Elapsed -SourceIdentifier ticking -MessageData $ran -Action {
                Set-KvValue action/fired 1
                $null = Invoke-KvTransaction -Then { Set-KvValue action/own 1 }
                $Event.MessageData.Count++
            }
            try {
                $done = Invoke-KvTransaction -Then {
                    $timer.Start()
                    Wait-Until { $ran.Count -gt 0 } 'the action'
                    $timer.Stop()
                    Set-KvValue action/count 1
                }
            } finally {
                Unregister-Event ticking
                $timer.Dispose()
            }

            $done.Results.Key | Should -Be action/count
            Test-KvKey action/fired, action/own | Should -Be $true, $true
            (Get-KvValue action/fired).CreateRevision | Should -BeLessThan $done.Revision
        }

        It 'warns of what its block emits, and of nothing else' {
            $done = Invoke-KvTransaction -Then { 'lost'; 2; Set-KvValue warned 1 -PassThru; $null } -Else { [Collections.ArrayList]::new().Add(1) } -WarningVariable warnings -WarningAction SilentlyContinue
            $done | Should -HaveCount 1
            $warnings | Should -HaveCount 2
            "$($warnings[0])" | Should -BeLike '*-Then*3 objects*String*'
            "$($warnings[1])" | Should -BeLike '*-Else*an object*Int32*'
            $null = Invoke-KvTransaction -Then { $x = 1; $null = 2; Set-KvValue warned $x -PassThru; Get-KvValue warned } -WarningVariable warnings
            $warnings | Should -BeNullOrEmpty
        }

        It 'makes all writes at one revision' {
            $done = Invoke-KvTransaction -Then { 1..20 | ForEach-Object { [pscustomobject]@{ Key = "one/$_"; Value = $_ } } | Set-KvValue }
            (Get-KvTree one).Revision | Sort-Object -Unique | Should -Be $done.Revision
            Get-KvTree one -Count | Should -Be 20
        }

        It 'writes over a pair only as it was read, which a piped pair asks for' {
            Set-KvValue cas 1
            $read = Get-KvValue cas
            ($read | New-KvCondition | Invoke-KvTransaction -Then { Set-KvValue cas 2 }).Succeeded | Should -BeTrue
            ($read | New-KvCondition | Invoke-KvTransaction -Then { Set-KvValue cas 3 }).Succeeded | Should -BeFalse
            Get-KvValue cas -ValueOnly | Should -Be 2
        }

        It 'moves a key in one step, with a lease and bytes that are no text' {
            $lease = New-KvLease 300
            Set-KvValue move/from ([byte[]] (255, 0))
            $pair = Get-KvValue move/from
            $done = $pair | New-KvCondition | Invoke-KvTransaction -Then { $pair | Set-KvValue -Key move/to -Lease $lease; Remove-KvValue move/from }
            $done.Succeeded | Should -BeTrue
            Test-KvKey move/from | Should -BeFalse
            (Get-KvValue move/to -AsByteStream) | Should -Be 255, 0
            (Get-KvValue move/to).LeaseId | Should -Be $lease.Id
            Remove-KvLease $lease
        }

        It 'sees the caller''s variables in its blocks, and runs both of them' {
            function Set-Both([string] $Value) { Invoke-KvTransaction -Then { Set-KvValue both/then $Value; $script:seen += 'then' } -Else { $script:seen += 'else' } }
            $script:seen = @()
            $null = Set-Both inner
            Get-KvValue both/then -ValueOnly | Should -Be inner
            $script:seen | Should -Be then, else
        }

        It 'does nothing where a block has an error: <What>' -ForEach @(
            @{ What = 'a bad key'; Block = { Set-KvValue half/a 1; Set-KvValue '' 1; Set-KvValue half/b 1 }; Id = 'KvInvalidArgument,*SetKvValueCommand' }
            @{ What = 'no value'; Block = { Set-KvValue half/a 1; Set-KvValue half/b; Set-KvValue half/c 1 }; Id = 'KvInvalidArgument,*SetKvValueCommand' }
            @{ What = 'an unknown parameter'; Block = { Set-KvValue half/a 1; Set-KvValue half/b 1 -Nope; Set-KvValue half/c 1 }; Id = 'NamedParameterNotFound,*' }
            @{ What = 'an error of its own'; Block = { Set-KvValue half/a 1; throw 'mine' }; Id = 'mine' }
            @{ What = 'an error written'; Block = { Set-KvValue half/a 1; Write-Error mine; Set-KvValue half/b 1 }; Id = '*WriteErrorException*' }
        ) {
            (Get-ErrorOf { Invoke-KvTransaction -Then $Block }).FullyQualifiedErrorId | Should -BeLike $Id
            (Get-ErrorOf { Invoke-KvTransaction -Then { Set-KvValue half/z 1 } -Else $Block }).FullyQualifiedErrorId | Should -BeLike $Id
            Get-KvTree -Prefix half/ | Should -BeNullOrEmpty
            Set-KvValue half 1
            Get-KvValue half -ValueOnly | Should -Be 1
            Remove-KvValue half
        }

        It 'does nothing where an error is in the block of a function in another module' {
            $other = New-Module { function Invoke-It { Invoke-KvTransaction -Then { Set-KvValue half/a 1; Set-KvValue '' 1; Set-KvValue half/b 1 } } }
            (Get-ErrorOf { & $other { Invoke-It } }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            Test-KvKey half/a, half/b | Should -Be $false, $false
        }

        It 'refuses <What> in a block' -ForEach @(
            @{ What = 'Get-KvTree'; Block = { Get-KvTree a } }
            @{ What = 'Remove-KvTree'; Block = { Remove-KvTree a -Confirm:$false } }
            @{ What = 'Test-KvKey'; Block = { Test-KvKey a } }
            @{ What = 'Watch-KvKey'; Block = { Watch-KvKey a } }
            @{ What = 'Lock-KvKey'; Block = { Lock-KvKey a } }
            @{ What = 'Use-KvLock'; Block = { Use-KvLock a { } } }
            @{ What = 'Use-KvElection'; Block = { Use-KvElection a { } } }
            @{ What = 'New-KvLease'; Block = { New-KvLease 60 } }
            @{ What = 'Get-KvHistory'; Block = { Get-KvHistory a } }
            @{ What = 'Invoke-KvTransaction'; Block = { Invoke-KvTransaction -Then { } } }
        ) {
            $failure = Get-ErrorOf { Invoke-KvTransaction -Then { Set-KvValue refused 1; & $Block } }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvNotSupported,*'
            $failure.Exception.Code | Should -Be NotSupported
            "$failure" | Should -BeLike "*$What*"
            Test-KvKey refused | Should -BeFalse
        }

        It 'refuses <What> in a block, and says what to do instead' -ForEach @(
            @{ What = 'a time to live'; Block = { Set-KvValue refused 1 -Ttl 60 }; Instead = '-Lease' }
            @{ What = 'a kept key'; Block = { Set-KvValue refused 1 -Ttl 60 -KeepAlive }; Instead = '-Lease' }
            @{ What = '-NoClobber'; Block = { Set-KvValue refused 1 -NoClobber }; Instead = 'New-KvCondition' }
            @{ What = '-IfRevision on Set-KvValue'; Block = { Set-KvValue refused 1 -IfRevision 5 }; Instead = 'New-KvCondition' }
            @{ What = '-IfRevision on Remove-KvValue'; Block = { Remove-KvValue refused -IfRevision 5 }; Instead = 'New-KvCondition' }
        ) {
            $failure = Get-ErrorOf { Invoke-KvTransaction -Then $Block }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            $failure.TargetObject | Should -Be refused
            "$failure" | Should -BeLike "*$Instead*"
            Test-KvKey refused | Should -BeFalse
        }

        It 'names the key that is written twice: <What>' -ForEach @(
            @{ What = 'set and set'; Block = { Set-KvValue twice 1; Set-KvValue twice 2 } }
            @{ What = 'set and removed'; Block = { Set-KvValue twice 1; Remove-KvValue twice } }
            @{ What = 'removed and set'; Block = { Remove-KvValue twice; Set-KvValue twice 1 } }
        ) {
            $failure = Get-ErrorOf { Invoke-KvTransaction -Then $Block }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*InvokeKvTransactionCommand'
            $failure.TargetObject | Should -Be twice
            "$failure" | Should -BeLike "*'twice' twice. Write it once."
            Test-KvKey twice | Should -BeFalse
        }

        It 'names the lease that does not exist' {
            $lease = New-KvLease 60
            Remove-KvLease $lease
            $failure = Get-ErrorOf { Invoke-KvTransaction -Then { Set-KvValue dead 1 -Lease $lease; Set-KvValue dead/too 1 } }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvLeaseNotFound,*'
            "$failure" | Should -BeLike "*$lease*"
            Test-KvKey dead, dead/too | Should -Be $false, $false
        }

        It 'leaves out of it what a block only shows with -WhatIf' {
            $done = Invoke-KvTransaction -Then { Set-KvValue whatif/a 1 -WhatIf; Set-KvValue whatif/b 1 }
            $done.Results.Key | Should -Be whatif/b
            Test-KvKey whatif/a, whatif/b | Should -Be $false, $true
        }

        It 'works on the store that is named, and its blocks on no other' {
            $other = Connect-KvStore -InMemory -Name other -Force
            $null = & $Open
            $done = Invoke-KvTransaction -Store other -Then { Set-KvValue named 1; Set-KvValue named/too 1 -Store $other }
            $done.Results | Should -HaveCount 2
            Get-KvTree -Store other -Count | Should -Be 2
            Test-KvKey named | Should -BeFalse
            $failure = Get-ErrorOf { Invoke-KvTransaction -Then { Set-KvValue named 1 -Store other } }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            "$failure" | Should -BeLike '*-Store*'
            Test-KvKey named | Should -BeFalse
            Disconnect-KvStore other
        }

        It 'does nothing where no condition came through the pipeline, or one is an unset variable' {
            (Get-ErrorOf { @() | Invoke-KvTransaction -Then { Set-KvValue unasked 1 } }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            (Get-ErrorOf { Invoke-KvTransaction -If $unset -Then { Set-KvValue unasked 1 } }).FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentValidationError,*'
            Test-KvKey unasked | Should -BeFalse
        }

        It 'refuses a key that is written twice' {
            (Get-ErrorOf { Invoke-KvTransaction -Then { Set-KvValue twice 1; Set-KvValue twice 2 } }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            Test-KvKey twice | Should -BeFalse
        }

        It 'ends the command where it fails, so that what follows does not run' {
            $failure = Get-ErrorOf { Invoke-KvTransaction -Then { Set-KvValue fails 1 -Lease 4711 }; Set-KvValue fails 2 }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvLeaseNotFound,*'
            Test-KvKey fails | Should -BeFalse
        }

        It 'says with -WhatIf what it would do, and does nothing' {
            Invoke-TestPowerShell @"
                `$null = Connect-KvStore -InMemory
                Invoke-KvTransaction (New-KvCondition whatif -Missing) { Set-KvValue whatif 1; Remove-KvValue b } { Get-KvValue whatif } -WhatIf
                Test-KvKey whatif
"@ | Out-String | Should -Match "if key 'whatif' is missing, then put key 'whatif', delete key 'b'; else read key 'whatif'(.|\s)*False"
            Invoke-KvTransaction -Then { Set-KvValue whatif 1 } -WhatIf | Should -BeNullOrEmpty
            Test-KvKey whatif | Should -BeFalse
        }

        It 'commands after it write at once again' {
            $null = Invoke-KvTransaction -Then { Set-KvValue again/a 1 } | ForEach-Object { Set-KvValue again/b $_.Succeeded }
            Get-KvValue again/b -ValueOnly | Should -Be true
        }
    }
}
