# What -Verbose tells of a command's calls: who was asked, at which attempt, and for how long. Each command that calls a store has a row.

BeforeDiscovery {
    $rows = [ordered]@{
        'Add-KvMember'        = { $script:added = Add-KvMember "http://127.0.0.1:$(Get-FreePort)" -Verbose }
        'Remove-KvMember'     = { $added | Remove-KvMember -Confirm:$false -Verbose }
        'Set-KvMember'        = { Get-KvMember | ForEach-Object { Set-KvMember $_.Id -PeerAddress $_.PeerAddresses -Verbose } }
        'Get-KvMember'        = { Get-KvMember -Verbose }
        'Move-KvClusterLeader' = { Move-KvClusterLeader (Get-KvMember).Id -Verbose }
        'Clear-KvAlarm'       = { Clear-KvAlarm -All -Verbose }
        'Get-KvAlarm'         = { Get-KvAlarm -Verbose }
        'Get-KvHash'          = { Get-KvHash -Verbose }
        'Get-KvStatus'        = { Get-KvStatus -Verbose }
        'Optimize-KvStore'    = { Optimize-KvStore -Verbose }
        'Clear-KvHistory'     = { Clear-KvHistory 2 -Confirm:$false -Verbose }
        'Save-KvSnapshot'     = { Save-KvSnapshot "$TestFolder/verbose.db" -Verbose }
        'Compare-KvTree'      = { Compare-KvTree app other -Verbose }
        'Connect-KvStore'     = { Connect-KvStore $Server -Name again -Verbose | Disconnect-KvStore; Select-KvStore main }
        'Copy-KvTree'         = { Copy-KvTree app other -Verbose }
        'Disconnect-KvStore'  = {
            $null = Connect-KvStore $Server -Name leaving
            $null = Lock-KvKey app/left -Store leaving
            Disconnect-KvStore leaving -Verbose
        }
        'Select-KvStore'      = { Connect-KvStore $Server -Name chosen | Select-KvStore -Verbose; Get-KvValue app/a -Verbose; Select-KvStore main; Disconnect-KvStore chosen }
        'Test-KvStore'        = { Test-KvStore main -Verbose }
        'Enter-KvElection'    = { $script:leadership = Enter-KvElection e -Verbose }
        'Set-KvElection'      = { Set-KvElection $leadership v -Verbose }
        'Get-KvElection'      = { Get-KvElection e -Verbose }
        'Watch-KvElection'    = { Watch-KvElection e -Verbose | Select-Object -First 1 }
        'Exit-KvElection'     = { Exit-KvElection $leadership -Verbose }
        'Use-KvElection'      = { Use-KvElection e { } -Verbose }
        'Export-KvTree'       = { Export-KvTree app "$TestFolder/verbose.json" -Verbose }
        'Import-KvTree'       = { Import-KvTree "$TestFolder/verbose.json" imported -Verbose }
        'Get-KvHistory'       = { Get-KvHistory app/a -Verbose | Select-Object -First 1 }
        'Lock-KvKey'          = { $script:lock = Lock-KvKey app/l -Verbose }
        'Get-KvLock'          = { Get-KvLock app/l -Verbose }
        'Unlock-KvKey'        = { Unlock-KvKey $lock -Verbose }
        'Use-KvLock'          = { Use-KvLock app/l { } -Verbose }
        'New-KvLease'         = { $script:lease = New-KvLease 60 -Verbose }
        'Get-KvLease'         = { Get-KvLease $lease.Id -Verbose }
        'Update-KvLease'      = { Update-KvLease $lease.Id -Verbose }
        'Remove-KvLease'      = { Remove-KvLease $lease.Id -Verbose }
        'Get-KvTree'          = { Get-KvTree app -Verbose }
        'Get-KvValue'         = { Get-KvValue app/a -Verbose }
        'Set-KvValue'         = { Set-KvValue app/a 2 -Verbose }
        'Test-KvKey'          = { Test-KvKey app/a -Verbose }
        'Invoke-KvTransaction' = { Invoke-KvTransaction -Then { Set-KvValue app/t 1 } -Verbose }
        'Update-KvValue'      = { Update-KvValue app/a { 1 + $_ } -Verbose }
        'Wait-KvKey'          = { Wait-KvKey app/a -Verbose }
        'Register-KvWatch'    = { Register-KvWatch app -SourceIdentifier verbose -Verbose; Unregister-Event verbose }
        'Watch-KvKey'         = { Watch-KvKey app/a -Verbose | Select-Object -First 1 }
        'Watch-KvTree'        = { Watch-KvTree app -Verbose | Select-Object -First 1 }
        'Remove-KvValue'      = { Remove-KvValue app/t -Verbose }
        'Remove-KvTree'       = { Remove-KvTree other -Confirm:$false -Verbose }
        'Measure-KvStore'     = { Measure-KvStore -Count 1 -Verbose }
        'Sync-KvTree'         = { Sync-KvTree app mirror -Once -Verbose }
        'Test-KvAuthentication' = { Test-KvAuthentication -Verbose }
        'New-KvRole'          = { New-KvRole team -Verbose }
        'New-KvUser'          = { New-KvUser zoe $password -Verbose }
        'Set-KvUser'          = { Set-KvUser zoe $password -Verbose }
        'Grant-KvRole'        = { Grant-KvRole team zoe -Verbose }
        'Grant-KvPermission'  = { Grant-KvPermission team app -Access Read -Verbose }
        'Get-KvRole'          = { Get-KvRole -Verbose }
        'Get-KvUser'          = { Get-KvUser -Verbose }
        'Revoke-KvPermission' = { Revoke-KvPermission team app -Verbose }
        'Revoke-KvRole'       = { Revoke-KvRole team zoe -Verbose }
        'Remove-KvUser'       = { Remove-KvUser zoe -Confirm:$false -Verbose }
        'Remove-KvRole'       = { Remove-KvRole team -Confirm:$false -Verbose }
        'Enable-KvAuthentication' = {
            New-KvUser root $password
            New-KvRole root
            Grant-KvRole root root
            Enable-KvAuthentication $root -Confirm:$false -Verbose
        }
        'Disable-KvAuthentication' = {
            $null = Connect-KvStore $Server -Name root -Credential $root -Verbose
            Disable-KvAuthentication -Store root -Confirm:$false -Verbose
            Disconnect-KvStore root
            Select-KvStore main
        }
    }
    $cases = $rows.GetEnumerator() | ForEach-Object { @{ Name = $_.Key; Command = $_.Value } }

    # What calls no store, and why.
    $silent = @{
        'Get-KvStore'        = 'it shows what this session has open'
        'New-KvCondition'    = 'it makes an object'
        'Register-KvStore'   = 'it keeps an address'
        'Unregister-KvStore' = 'it forgets an address'
    }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    if ($Server) {
        $null = Connect-KvStore $Server -Name main
        'app/a', 'app/b', 'app/c' | Set-KvValue -Value 1
    }

    $password = ConvertTo-SecureString hidden-word -AsPlainText -Force
    $root = [pscredential]::new('root', $password)

    # What a command says of its calls: not what it would do, which -Verbose also tells.
    function Get-CallText([scriptblock] $Command) {
        (& $Command 4>&1) | Where-Object { $_ -is [Management.Automation.VerboseRecord] -and $_ -match ': attempt \d+ ' } | ForEach-Object Message
    }
}

AfterAll { Stop-TestServer }

Describe '-Verbose' {
    It 'has a row for every command' -TestCases @{ known = @($rows.Keys) + @($silent.Keys) } {
        $known | Sort-Object | Should -Be ((Get-Command -Module Valkeyrie -CommandType Cmdlet).Name | Where-Object { $_ -like '*-Kv*' } | Sort-Object)
    }

    It 'names who was asked, at which attempt and for how long: <Name>' -Tag etcd -ForEach $cases {
        $told = Get-CallText $Command
        $told | Should -Not -BeNullOrEmpty
        foreach ($line in $told) {
            $line | Should -Not -BeLike '*hidden-word*'
            $line | Should -Match "^\w+( '.*')? at $([regex]::Escape($Server)): attempt 1 (took \d+\.\d+ ms\.|failed after \d+\.\d+ ms: .)"
        }
    }

    It 'tells of each attempt, and why one failed' -Tag etcd {
        $dead = "http://127.0.0.1:$(Get-FreePort)"
        $told = Get-CallText {
            $null = Connect-KvStore "$dead,$Server" -Name several -Verbose
            1..2 | ForEach-Object { $null = Get-KvValue app/a -Store several -Verbose }
        }
        Disconnect-KvStore several
        $failed = @($told -match ' failed after ')
        $failed | Should -Not -BeNullOrEmpty
        $failed | Should -Match "^\w+( 'app/a')? at $([regex]::Escape($dead)): attempt 1 failed after \d+\.\d+ ms: No connection to "
        $again = @($told -match ': attempt 2 ')
        $again | Should -HaveCount $failed.Count
        $again | Should -Match "^\w+( 'app/a')? at $([regex]::Escape($Server)): attempt 2 took \d+\.\d+ ms\.$"
    }

    It 'tells what happened before the error that ends a command' {
        $dead = "127.0.0.1:$(Get-FreePort)"
        $all = [Collections.Generic.List[object]]::new()
        try { Connect-KvStore $dead -Name never -Verbose *>&1 | ForEach-Object { $all.Add($_) } } catch { $all.Add($_) }
        $all[-1] | Should -BeOfType Management.Automation.ErrorRecord
        "$($all[-2])" | Should -Match "at http://$([regex]::Escape($dead)): attempt 1 failed after "
    }

    It 'is also switched on by $VerbosePreference, and off by -Verbose:$false' {
        $null = Connect-KvStore -InMemory -Name memory
        $VerbosePreference = 'Continue'
        Get-CallText { Set-KvValue a 1 -Store memory } | Should -Match "^Put 'a' at memory:: attempt 1 took \d+\.\d+ ms\.$"
        Get-CallText { Set-KvValue a 1 -Store memory -Verbose:$false } | Should -BeNullOrEmpty
        $VerbosePreference = 'SilentlyContinue'
        Get-CallText { Set-KvValue a 1 -Store memory } | Should -BeNullOrEmpty
        Disconnect-KvStore memory
    }

    It 'tells of the command''s own calls, not of those of the commands behind it or in its block' {
        $null = Connect-KvStore -InMemory -Name memory
        Set-KvValue a 1 -Store memory
        @(Get-CallText { Get-KvValue a -Store memory -Verbose | Set-KvValue -Key b -Store memory -Verbose:$false }) -notmatch "^Get 'a' " | Should -BeNullOrEmpty
        Get-CallText { Use-KvLock l { Set-KvValue in-block 1 -Store memory -Verbose:$false } -Store memory -Verbose } | Should -Not -Match in-block
        Disconnect-KvStore memory
    }

    It 'lets no key control the terminal' {
        $null = Connect-KvStore -InMemory -Name memory
        $told = Get-CallText { Set-KvValue "a`e[31m`nb" 1 -Store memory -Verbose }
        $told | Should -BeLike "Put 'a␛``[31m␊b' at memory:: attempt 1 took *"
        Disconnect-KvStore memory
    }

    It 'writes its lines before the object that came of the calls' {
        $null = Connect-KvStore -InMemory -Name memory
        $all = Set-KvValue a 1 -PassThru -Store memory -Verbose 4>&1
        $all[-1] | Should -BeOfType Valkeyrie.KvPair
        "$($all[-2])" | Should -Match ': attempt 1 took '
        Disconnect-KvStore memory
    }
}
