# The commands of elections, on one server. What every store's elections must hold is in the conformance suite.

BeforeDiscovery {
    $NoSignals = [bool] $IsWindows
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer

    # Leaderships of one store stand on one lease, so what is to outlive a lost one is held by another store.
    $null = Connect-KvStore $Server -Name other
    $null = Connect-KvStore $Server -Name main

    function Get-Contender([string] $Name) {
        Invoke-Etcdctl get --prefix "$Name/" --keys-only | Where-Object { $_ }
    }

    # A PowerShell that is the very process that signals go to, be it installed as a program or as a tool of .NET.
    function Start-Leader([string] $Script) {
        $program = [Environment]::ProcessPath
        $own = [IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet' ? @((Join-Path $PSHOME pwsh.dll)) : @()
        Start-TestProcess $program ($own + '-NoProfile', '-NonInteractive', '-Command', "Import-Module '$ModulePath'; `$null = Connect-KvStore $Server; $Script")
    }
}

AfterAll { Stop-TestServer }

Describe 'Enter-KvElection and Exit-KvElection' -Tag etcd {
    It 'lead until they resign' {
        $leadership = Enter-KvElection a -Value me
        $leadership | Should -BeOfType Valkeyrie.KvLeadership
        $leadership.IsLeader | Should -BeTrue
        $leadership.Ttl | Should -Be ([TimeSpan]::FromSeconds(20))
        (Invoke-Etcdctl get --prefix a/ --print-value-only) | Should -Be me
        Exit-KvElection $leadership
        $leadership.IsLeader | Should -BeFalse
        $leadership.Lost.IsCancellationRequested | Should -BeFalse
        Get-Contender a | Should -BeNullOrEmpty
        Exit-KvElection $leadership
    }

    It 'bring the user and the machine along where no value is specified' {
        $leadership = Enter-KvElection b
        (Get-KvElection b).Value | Should -Be "$([Environment]::UserName)@$([Environment]::MachineName)"
        $leadership | Exit-KvElection
    }

    It 'end with an error after -Timeout: <_>' -ForEach 0, 0.3 {
        $leadership = Enter-KvElection c
        $failure = Get-ErrorOf { Enter-KvElection c -Timeout $_ }
        $failure.FullyQualifiedErrorId | Should -Be 'KvNotElected,Valkeyrie.PowerShell.Commands.EnterKvElectionCommand'
        $failure.CategoryInfo.Category | Should -Be ResourceBusy
        $failure.TargetObject | Should -Be c
        Exit-KvElection $leadership
    }

    It 'do nothing with -WhatIf' {
        Enter-KvElection d -WhatIf | Should -BeNullOrEmpty
        $leadership = Enter-KvElection d
        Exit-KvElection $leadership -WhatIf
        Set-KvElection $leadership other -WhatIf
        $leadership.IsLeader | Should -BeTrue
        (Get-KvElection d).Value | Should -Not -Be other
        Use-KvElection d { 'ran' } -WhatIf | Should -BeNullOrEmpty
        Exit-KvElection $leadership
    }

    It 'end under a leader in another runspace, who is told' {
        $leadership = Enter-KvElection e
        $null = Start-ThreadJob -ArgumentList $ModulePath, $leadership { param($module, $leadership) Import-Module $module; Exit-KvElection $leadership } | Receive-TestJob
        $leadership.Lost.IsCancellationRequested | Should -BeTrue
        $leadership.LostReason | Should -Be Released
    }

    It 'stop waiting with Ctrl+C, and leave nothing behind' {
        $leadership = Enter-KvElection f
        Stop-AtWork 'Enter-KvElection f -Store other' { @(Get-Contender f).Count -eq 2 } | Should -Be Stopped
        Wait-Until { @(Get-Contender f).Count -eq 1 } 'the other has left the queue'
        Exit-KvElection $leadership
    }
}

Describe 'Set-KvElection' -Tag etcd {
    It 'proclaims a value of any kind, and keeps the leadership' {
        $leadership = Enter-KvElection proclaimed -Value 1
        Set-KvElection $leadership @{ state = 'ready' } -PassThru | Should -Be $leadership
        (Get-KvElection proclaimed).Value | Should -Be '{"state":"ready"}'
        Set-KvElection $leadership ''
        $election = Get-KvElection proclaimed
        $election.Value | Should -BeExactly ''
        $election.FencingToken | Should -Be $leadership.FencingToken
        Exit-KvElection $leadership
    }

    It 'refuses null, and writes nothing once the leadership is lost' {
        $leadership = Enter-KvElection robbed -Store other
        (Get-ErrorOf { Set-KvElection $leadership $null }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        $null = Invoke-Etcdctl del --prefix robbed/
        { Set-KvElection $leadership ready } | Should -Throw -ErrorId 'KvLeadershipLost,*'
        Get-Contender robbed | Should -BeNullOrEmpty
    }
}

Describe 'Use-KvElection' -Tag etcd {
    It 'leads while the block runs, and not after, and emits what the block emits' {
        Use-KvElection g -Value me { param($leadership) $leadership.IsLeader; (Get-KvElection g).Value; Set-KvElection $leadership you; (Get-KvElection g).Value } |
            Should -Be $true, me, you
        Get-Contender g | Should -BeNullOrEmpty
    }

    It 'resigns after <Name>' -ForEach @(
        @{ Name = 'an error'; Run = { { Use-KvElection h { throw 'boom' } } | Should -Throw boom } }
        @{ Name = 'a later command that has enough'; Run = { Use-KvElection h { 1..1000 } | Select-Object -First 1 | Should -Be 1 } }
        @{ Name = 'Ctrl+C'; Run = { Stop-AtWork 'Use-KvElection h { Start-Sleep 600 } -Store main' { Get-Contender h } | Should -Be Stopped } }
    ) {
        & $Run
        Get-Contender h | Should -BeNullOrEmpty
    }

    It 'stops the block when the leadership is lost, in the middle of a command that waits' {
        $lost = Start-ThreadJob -ArgumentList $Server, $Etcdctl {
            param($server, $etcdctl)
            do { $contender = & $etcdctl --endpoints $server get --prefix i/ --keys-only | Where-Object { $_ } } until ($contender)
            & $etcdctl --endpoints $server lease revoke $contender.Split('/')[-1]
        }
        { Use-KvElection i -Store other { Start-Sleep 600; 'not reached' } } | Should -Throw -ErrorId 'KvLeadershipLost,*'
        $null = $lost | Receive-TestJob
    }

    It 'stops the block that resigns by itself' {
        { Use-KvElection j { param($leadership) Exit-KvElection $leadership; Start-Sleep 600 } } | Should -Throw -ErrorId 'KvLeadershipLost,*'
    }
}

Describe 'Get-KvElection' -Tag etcd {
    It 'tells who leads and who waits, in their order, be it etcdctl or we' {
        $leadership = Enter-KvElection k -Value first
        $their = Start-TestProcess $Etcdctl '--endpoints', $Server, 'elect', 'k', 'second'
        Wait-Until { @(Get-Contender k).Count -eq 2 } 'etcdctl has lined up'
        $third = Start-ThreadJob -ArgumentList $ModulePath { param($module) Import-Module $module; Enter-KvElection k -Value third -Store other }
        Wait-Until { @(Get-Contender k).Count -eq 3 } 'the third has lined up'
        $election = Get-KvElection k
        $election.Name | Should -Be k
        $election.Value | Should -Be first
        $election.FencingToken | Should -Be $leadership.FencingToken
        $election.Waiting.Value | Should -Be second, third
        Exit-KvElection $leadership
        $their.StandardOutput.ReadLine() | Should -BeLike 'k/*'
        (Get-KvElection k).Value | Should -Be second
        $null = Invoke-Etcdctl lease revoke (Get-KvElection k).Leader.Key.Split('/')[-1]
        $third | Receive-TestJob | Exit-KvElection
    }

    It 'emits nothing for an election in which nobody takes part, and nothing for an empty pipeline' {
        Get-KvElection none | Should -BeNullOrEmpty
        $leadership = Enter-KvElection l
        @() | Get-KvElection | Should -BeNullOrEmpty
        Exit-KvElection $leadership
    }

    It 'finds all elections, or those of a directory, among data and locks' {
        Set-KvValue m/data/1f 1
        $lock = Lock-KvKey m/locked
        $held = 'm/x', 'n/y' | ForEach-Object { Enter-KvElection $_ }
        (Get-KvElection).Name | Should -Be 'm/x', 'n/y'
        (Get-KvElection -Path m).Name | Should -Be 'm/x'
        'n/y', 'none', 'm/x' | Get-KvElection | ForEach-Object Name | Should -Be 'n/y', 'm/x'
        $held | Exit-KvElection
        Unlock-KvKey $lock
    }

    It 'shows the leader and how many wait' {
        $leadership = Enter-KvElection shown -Value 'me'
        Get-KvElection shown | Out-String | Should -Match 'FencingToken\s+Waiting\s+Name\s+Leader[\s\S]*\d+\s+0\s+shown\s+me'
        Exit-KvElection $leadership
    }
}

Describe 'Watch-KvElection' -Tag etcd {
    It 'emits the leader as it is, then each change' {
        $first = Enter-KvElection watched -Value 1
        $step = 0
        Watch-KvElection watched -Timeout 60 | Select-Object -First 4 | ForEach-Object {
            "$($_.Type) $($_.Value)"
            switch (++$step) {
                1 { Set-KvElection $first 2 }
                2 { Exit-KvElection $first }
                3 { $script:second = Enter-KvElection watched -Value 3 }
            }
        } | Should -Be 'Elected 1', 'Proclaimed 2', 'Vacant ', 'Elected 3'
        Exit-KvElection $second
    }

    It 'ends after its timeout, without an error' {
        (Watch-KvElection nobody -Timeout 0.2).Type | Should -Be Vacant
    }
}

Describe 'A leader whose process ends' -Tag etcd -Skip:$NoSignals {
    It 'is followed at once after SIGTERM, though it would live for ten minutes' {
        $leader = Start-Leader "Use-KvElection term -Ttl 600 -Value old { 'leads'; Start-Sleep 600 }"
        $leader.StandardOutput.ReadLine() | Should -Be leads
        & kill -TERM $leader.Id
        $next = Enter-KvElection term -Timeout 60
        $leader.WaitForExit(30000) | Should -BeTrue
        $leader.ExitCode | Should -Be 143
        Exit-KvElection $next
    }

    It 'is followed after its time to live when it was killed, and its successor has a higher token' {
        $leader = Start-Leader "`$leadership = Enter-KvElection killed -Ttl 3; `$leadership.FencingToken; Start-Sleep 600"
        $token = [long] $leader.StandardOutput.ReadLine()
        (Get-ErrorOf { Enter-KvElection killed -Timeout 0 }).FullyQualifiedErrorId | Should -BeLike 'KvNotElected,*'
        & kill -KILL $leader.Id
        $next = Enter-KvElection killed -Timeout 60
        $next.FencingToken | Should -BeGreaterThan $token
        Exit-KvElection $next
    }
}
