# The table in docs/commands.md of etcdctl's commands: it names every command that etcdctl has, and each counterpart does beside etcdctl what the table promises. What needs a cluster
# of several members, or a full database, OperatorsDay.Tests.ps1 does.

BeforeDiscovery {
    $root = "$PSScriptRoot/../.."
    $etcdctl = $env:VALKEYRIE_ETCDCTL ? $env:VALKEYRIE_ETCDCTL : (Get-Command etcdctl -CommandType Application -TotalCount 1 -ErrorAction Ignore)?.Source
    $table = ([regex]::Match((Get-Content $root/docs/commands.md -Raw), '(?ms)^\| etcdctl \| here \|\r?\n\|---\|---\|\r?\n(.*?)^\r?$')).Groups[1].Value
    $rows = foreach ($line in $table -split '\r?\n' -ne '') {
        $left, $right = ($line -split '(?<!\\)\|')[1, 2].Trim()
        @{
            Row      = $left
            Commands = @([regex]::Matches($left, '`([^`]+)`') | ForEach-Object { $_.Groups[1].Value })
            Cmdlets  = @([regex]::Matches($right, '\[`([A-Z]\w+-Kv\w+)`\]') | ForEach-Object { $_.Groups[1].Value })
            Right    = $right
        }
    }

    # Up to 3.6 help lists the commands of two words as well; later each group tells its own.
    function Get-EtcdctlCommand {
        $help = (& $etcdctl help) -join "`n"
        if ($help -match '(?ms)^COMMANDS:\n(.*?)\n\s*\n') {
            return $Matches[1] -split '\n' | ForEach-Object { ($_.Trim() -split '\t+')[0] }
        }

        foreach ($name in [regex]::Matches($help, '(?m)^  ([a-z-]+) +[A-Z]\w*|^  ([a-z-]+) +commands ') | ForEach-Object { $_.Groups[1].Value + $_.Groups[2].Value }) {
            $inner = [regex]::Match((& $etcdctl $name --help) -join "`n", '(?ms)^Available Commands:\n(.*?)\n\s*\n').Groups[1].Value
            if ($inner) {
                $inner -split '\n' | ForEach-Object { "$name $(($_.Trim() -split '\s+')[0])" }
            }
            else {
                $name
            }
        }
    }

    $version, $has = if ($etcdctl) { ((& $etcdctl version)[0] -split ' ')[-1]; , @(Get-EtcdctlCommand) }
    $lacks = ($rows | Where-Object Cmdlets).Commands | Where-Object { $etcdctl -and $_ -notin $has } | ForEach-Object { @{ Command = $_; Version = $version } }

    # What stands in the operator's day, each step looked at with etcdctl.
    $day = 'member promote', 'move-leader', 'alarm disarm', 'alarm list'

    # What both do here. Each scenario throws where they differ.
    $scenarios = @(
        @{ Commands = 'put', 'get', 'del'; Run = {
                $first = Set-KvValue t/a 1 -PassThru
                $null = Invoke-Etcdctl put t/b 'two words'
                $null = Invoke-Etcdctl put t/c ''
                $first.Revision + 2 | Should -Be (Get-KvValue t/c).Revision
                $told = (Invoke-Etcdctl get --prefix t/ --write-out=json | ConvertFrom-Json).kvs
                $here = @(Get-KvTree t)
                $here.Key | Should -Be ($told.key | ForEach-Object { ConvertFrom-Base64 $_ })
                $here.Value | Should -Be @('1', 'two words', '')
                $here.Revision | Should -Be $told.mod_revision
                $here.CreateRevision | Should -Be $told.create_revision
                $here.Version | Should -Be $told.version
                (Get-KvValue t/b).Value | Should -BeExactly (Invoke-Etcdctl get t/b --print-value-only)
                'a', 'b', 'c' | ForEach-Object { Set-KvValue here/$_ 1; Set-KvValue there/$_ 1 }
                Remove-KvTree here -PassThru -Confirm:$false | Should -Be (Invoke-Etcdctl del --prefix there/)
                Remove-KvValue t/a
                Invoke-Etcdctl get t/a | Should -BeNullOrEmpty
                Invoke-Etcdctl del t/b | Should -Be 1
                Test-KvKey t/b | Should -BeFalse
            }
        }
        @{ Commands = , 'txn'; Run = {
                'here', 'there' | ForEach-Object { Set-KvValue x/$_ 1 }
                foreach ($expected in $true, $false) {
                    $told = "value(`"x/there`") = `"1`"`n`nput x/there 2`n`nget x/there`n`n" | & $Etcdctl --endpoints $Server txn --write-out=json | ConvertFrom-Json
                    $ours = Invoke-KvTransaction -If (New-KvCondition x/here -Value 1) -Then { Set-KvValue x/here 2 } -Else { Get-KvValue x/here }
                    $ours.Succeeded | Should -Be $expected
                    [bool] $told.succeeded | Should -Be $expected
                    Get-KvValue x/here -ValueOnly | Should -Be (Get-KvValue x/there -ValueOnly)
                }
            }
        }
        @{ Commands = , 'watch'; Run = {
                $from = (Set-KvValue w/a 1 -PassThru).Revision
                $null = Invoke-Etcdctl put w/b 2
                $null = Invoke-Etcdctl del w/a
                $their = Start-TestProcess $Etcdctl '--endpoints', $Server, 'watch', '--prefix', 'w/', "--rev=$from", '--write-out=json'
                $told = @()
                while ($told.Count -lt 3) { $told += @(($their.StandardOutput.ReadLine() | ConvertFrom-Json).Events) }
                $their.Kill()
                (Watch-KvKey w/b -FromRevision $from | Select-Object -First 1).Value | Should -Be 2
                $here = @(Watch-KvTree w -FromRevision $from | Select-Object -First 3)
                $here.Key | Should -Be ($told.kv.key | ForEach-Object { ConvertFrom-Base64 $_ })
                $here.Revision | Should -Be $told.kv.mod_revision
                $here.Type | Should -Be ($told | ForEach-Object { $_.type ? 'Delete' : 'Put' })
            }
        }
        @{ Commands = 'lease grant', 'lease list', 'lease timetolive', 'lease keep-alive', 'lease revoke'; Run = {
                $here = New-KvLease 600
                $there = ((Invoke-Etcdctl lease grant 600) -split ' ')[1]
                Set-KvValue l/here 1 -Lease $here
                $null = Invoke-Etcdctl put l/there 1 "--lease=$there"
                $ids = ('{0:x16}' -f $here.Id), $there
                (Invoke-Etcdctl lease list | Select-Object -Skip 1 | Sort-Object) | Should -Be ($ids | Sort-Object)
                (Get-KvLease | ForEach-Object { '{0:x16}' -f $_.Id } | Sort-Object) | Should -Be ($ids | Sort-Object)
                foreach ($id in $ids) {
                    $told = Invoke-Etcdctl lease timetolive $id --keys --write-out=json | ConvertFrom-Json
                    $ours = Get-KvLease $id
                    $ours.Ttl.TotalSeconds | Should -Be $told.'granted-ttl'
                    $ours.Keys | Should -Be ($told.keys | ForEach-Object { ConvertFrom-Base64 $_ })
                    (Update-KvLease $id).Ttl.TotalSeconds | Should -Be ([regex]::Match((Invoke-Etcdctl lease keep-alive --once $id), 'TTL\((\d+)\)').Groups[1].Value)
                }

                Remove-KvLease $here
                $null = Invoke-Etcdctl lease revoke $there
                Invoke-Etcdctl get --prefix l/ | Should -BeNullOrEmpty
                Get-KvLease | Should -BeNullOrEmpty
            }
        }
        @{ Commands = , 'lock'; Run = {
                $lock = Lock-KvKey mutex -EtcdMutex
                Invoke-Etcdctl get --prefix mutex/ --keys-only | Where-Object { $_ } | Should -Be ('mutex/{0:x}' -f (Get-KvLock mutex -EtcdMutex).LeaseId)
                $their = Start-TestProcess $Etcdctl '--endpoints', $Server, 'lock', 'mutex'
                Wait-Until { @(Get-KvLock mutex -EtcdMutex).Waiting.Count -eq 1 } 'etcdctl waits'
                Unlock-KvKey $lock
                $key = $their.StandardOutput.ReadLine()
                $held = Get-KvLock mutex -EtcdMutex
                'mutex/{0:x}' -f $held.LeaseId | Should -Be $key
                (Get-ErrorOf { Lock-KvKey mutex -EtcdMutex -Timeout 0 }).FullyQualifiedErrorId | Should -BeLike 'KvCannotLock,*'
                $their.Kill()
                Remove-KvLease $held.LeaseId
                Use-KvLock mutex -EtcdMutex { 'ours' } | Should -Be ours
            }
        }
        @{ Commands = , 'elect'; Run = {
                $their = Start-TestProcess $Etcdctl '--endpoints', $Server, 'elect', 'e', 'theirs'
                $key = $their.StandardOutput.ReadLine()
                $their.StandardOutput.ReadLine() | Should -Be theirs
                $election = Get-KvElection e
                $election.Value | Should -Be theirs
                $election.Leader.Key | Should -Be $key
                $their.Kill()
                Remove-KvLease ([Convert]::ToInt64($key.Split('/')[-1], 16))
                $leadership = Enter-KvElection e -Value ours
                $listener = Start-TestProcess $Etcdctl '--endpoints', $Server, 'elect', '--listen', 'e'
                $listener.StandardOutput.ReadLine() | Should -Be (Get-KvElection e).Leader.Key
                $listener.StandardOutput.ReadLine() | Should -Be ours
                $listener.Kill()
                Watch-KvElection e | Select-Object -First 1 | ForEach-Object Value | Should -Be ours
                Exit-KvElection $leadership
                Use-KvElection e { 'led' } | Should -Be led
            }
        }
        @{ Commands = 'member list', 'member add', 'member update', 'member remove'; Run = {
                $peers = 1..4 | ForEach-Object { "http://127.0.0.1:$(Get-FreePort)" }
                function Assert-Listed {
                    $told = @((Invoke-Etcdctl member list --write-out=json | ConvertFrom-Json).members)
                    $here = @(Get-KvMember)
                    $here.Id | Should -Be ($told.ID | ForEach-Object { '{0:x}' -f [uint64] $_ })
                    $here.PeerAddresses | Should -Be $told.peerURLs
                    $here.Name | Should -Be ($told | ForEach-Object { "$($_.name)" })
                    $here | Where-Object { -not $_.HasStarted }
                }

                $added = Add-KvMember $peers[0]
                (Assert-Listed).Id | Should -Be $added.Id
                Set-KvMember $added -PeerAddress $peers[1]
                (Assert-Listed).PeerAddresses | Should -Be $peers[1]
                $added | Remove-KvMember -Confirm:$false
                Assert-Listed | Should -BeNullOrEmpty

                $null = Invoke-Etcdctl member add theirs --learner "--peer-urls=$($peers[2])"
                $added = Assert-Listed
                $added.PeerAddresses | Should -Be $peers[2]
                $null = Invoke-Etcdctl member update $added.Id "--peer-urls=$($peers[3])"
                (Assert-Listed).PeerAddresses | Should -Be $peers[3]
                $null = Invoke-Etcdctl member remove $added.Id
                Assert-Listed | Should -BeNullOrEmpty
            }
        }
        @{ Commands = 'endpoint health', 'endpoint status', 'endpoint hashkv'; Run = {
                [bool] (Invoke-Etcdctl endpoint health --write-out=json | ConvertFrom-Json).health | Should -BeTrue
                (Test-KvStore).Reason | Should -BeNullOrEmpty
                $told = (Invoke-Etcdctl endpoint status --write-out=json | ConvertFrom-Json).Status
                $here = Get-KvStatus
                $here.Version | Should -Be $told.version
                $here.DatabaseSize | Should -Be $told.dbSize
                $here.MemberId | Should -Be ('{0:x}' -f [uint64] $told.header.member_id)
                $here.LeaderId | Should -Be ('{0:x}' -f [uint64] $told.leader)
                $here.RaftTerm | Should -Be $told.raftTerm
                $hash = Get-KvHash -WarningAction SilentlyContinue
                $hash.Hash | Should -Be (Invoke-Etcdctl endpoint hashkv "--rev=$($hash.Revision)" --write-out=json | ConvertFrom-Json).HashKV.hash
            }
        }
        @{ Commands = 'compaction', 'defrag'; Run = {
                $revisions = 1..4 | ForEach-Object { (Set-KvValue c/a $_ -PassThru).Revision }
                Clear-KvHistory $revisions[1] -Confirm:$false
                { Invoke-Etcdctl compaction $revisions[0] 2>$null } | Should -Throw
                Invoke-Etcdctl get c/a "--rev=$($revisions[1])" --print-value-only | Should -Be 2
                $null = Invoke-Etcdctl compaction $revisions[3]
                (Get-ErrorOf { Clear-KvHistory $revisions[2] -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'KvCompacted,*'
                (Optimize-KvStore).DatabaseSize | Should -Be (Invoke-Etcdctl endpoint status --write-out=json | ConvertFrom-Json).Status.dbSize
                $null = Invoke-Etcdctl defrag
                (Get-KvStatus).DatabaseSize | Should -Be (Invoke-Etcdctl endpoint status --write-out=json | ConvertFrom-Json).Status.dbSize
            }
        }
        @{ Commands = , 'snapshot save'; Run = {
                $snapshot = Save-KvSnapshot (Join-Path $TestFolder ours.db)
                $null = Invoke-Etcdctl snapshot save (Join-Path $TestFolder theirs.db) 2>$null
                $beside = Join-Path (Split-Path $Etcdctl) ($IsWindows ? 'etcdutl.exe' : 'etcdutl')
                $tool = (Test-Path $beside) ? $beside : $Etcdctl
                $ours, $theirs = 'ours', 'theirs' | ForEach-Object { & $tool snapshot status (Join-Path $TestFolder "$_.db") --write-out=json 2>$null | ConvertFrom-Json }
                $ours.revision | Should -Be $snapshot.Revision
                $ours.revision | Should -Be $theirs.revision
                $ours.totalKey | Should -Be $theirs.totalKey
                $ours.hash | Should -Be $theirs.hash
            }
        }
        @{ Commands = 'user list', 'user get', 'user add', 'user delete', 'user passwd', 'role list', 'role get', 'role add', 'role delete', 'user grant-role', 'user revoke-role',
            'role grant-permission', 'role revoke-permission', 'auth enable', 'auth disable', 'auth status'; Run = {
                $secret = { ConvertTo-SecureString $args[0] -AsPlainText -Force }
                function Assert-Listed([string[]] $User, [string[]] $Role) {
                    (Get-KvUser).Name | Should -Be $User
                    Invoke-Etcdctl user list | Should -Be $User
                    (Get-KvRole).Name | Should -Be $Role
                    Invoke-Etcdctl role list | Should -Be $Role
                }

                New-KvRole here
                $null = Invoke-Etcdctl role add there
                Grant-KvPermission here app -Access ReadWrite
                $null = Invoke-Etcdctl role grant-permission there readwrite app
                $null = Invoke-Etcdctl role grant-permission there readwrite --prefix app/
                (Invoke-Etcdctl role get here | Select-Object -Skip 1) | Should -Be (Invoke-Etcdctl role get there | Select-Object -Skip 1)
                "$((Get-KvRole here).Permissions)" | Should -Be "$((Get-KvRole there).Permissions)"

                New-KvUser here (& $secret first)
                $null = Invoke-Etcdctl user add there:first
                Grant-KvRole here here
                $null = Invoke-Etcdctl user grant-role there there
                Set-KvUser here (& $secret second)
                $null = 'second' | & $Etcdctl --endpoints $Server user passwd there --interactive=false
                Assert-Listed here, there here, there
                (Get-KvUser).Roles | Should -Be here, there
                Invoke-Etcdctl user get here --write-out=json | ConvertFrom-Json | ForEach-Object roles | Should -Be here

                $root = [pscredential]::new('root', (& $secret of-root))
                New-KvUser -Credential $root
                New-KvRole root
                Grant-KvRole root root

                # etcdctl 3.4 has none.
                $told = "$(& $Etcdctl --endpoints $Server auth status 2>$null)" -like 'Authentication Status*'
                foreach ($isOurs in $true, $false) {
                    if ($isOurs) { Enable-KvAuthentication $root -Confirm:$false } else { $null = Invoke-Etcdctl auth enable }
                    Test-KvAuthentication | Should -BeTrue
                    if ($told) {
                        Invoke-Etcdctl --user root:of-root auth status | Select-Object -First 1 | Should -Be 'Authentication Status: true'
                    }

                    foreach ($user in 'here', 'there') {
                        $null = Invoke-Etcdctl --user "${user}:second" put app/a $user
                        $store = Connect-KvStore $Server -Name asUser -Force -Credential ([pscredential]::new($user, (& $secret second)))
                        Get-KvValue app/a -ValueOnly -Store $store | Should -Be $user
                        (Get-ErrorOf { Get-KvValue other -Store $store }).FullyQualifiedErrorId | Should -BeLike 'KvPermissionDenied,*'
                    }

                    if ($isOurs) {
                        $null = Connect-KvStore $Server -Name asRoot -Credential $root
                        Disable-KvAuthentication -Confirm:$false
                    }
                    else {
                        $null = Invoke-Etcdctl --user root:of-root auth disable
                    }

                    Select-KvStore main
                    Test-KvAuthentication | Should -BeFalse
                    if ($told) {
                        Invoke-Etcdctl auth status | Select-Object -First 1 | Should -Be 'Authentication Status: false'
                    }
                }

                Revoke-KvPermission here app
                $null = Invoke-Etcdctl role revoke-permission there app
                $null = Invoke-Etcdctl role revoke-permission there --prefix app/
                (Get-KvRole here, there).Permissions | Should -BeNullOrEmpty
                (Invoke-Etcdctl role get here | Select-Object -Skip 1) | Should -Be (Invoke-Etcdctl role get there | Select-Object -Skip 1)
                Revoke-KvRole here here
                $null = Invoke-Etcdctl user revoke-role there there
                (Get-KvUser here, there).Roles | Should -BeNullOrEmpty
                Remove-KvUser here -Confirm:$false
                $null = Invoke-Etcdctl user delete there
                Remove-KvRole here -Confirm:$false
                $null = Invoke-Etcdctl role delete there
                Assert-Listed root root
                Remove-KvUser root -Confirm:$false
                Remove-KvRole root -Confirm:$false
            }
        }
        @{ Commands = 'check perf', 'check datascale'; Run = {
                # etcdctl's own take a minute each and say Pass or Fail. Here etcdctl sees what the counterpart has done, and that it leaves nothing.
                $before = Invoke-Etcdctl get '' --prefix --write-out=json | ConvertFrom-Json
                $measured = Measure-KvStore -Count 20
                $after = Invoke-Etcdctl get '' --prefix --write-out=json | ConvertFrom-Json
                $measured.Calls | Should -Be 20, 20
                $after.count | Should -Be $before.count
                $after.header.revision - $before.header.revision | Should -BeGreaterOrEqual 20
            }
        }
        @{ Commands = , 'make-mirror'; Run = {
                $other = Start-TestServer
                $null = Connect-KvStore $other -Name other
                Select-KvStore main
                'a', 'b', 'c' | ForEach-Object { Set-KvValue m/$_ "value of $_" }
                Sync-KvTree m ours -DestinationStore other -Once
                $their = Start-TestProcess $Etcdctl '--endpoints', $Server, 'make-mirror', '--prefix=m/', '--dest-prefix=theirs/', ($other -replace '^http://')
                Wait-Until { Test-KvKey theirs/c -Store other } 'etcdctl has copied'
                $their.Kill()
                Compare-KvTree ours theirs -Store other | Should -BeNullOrEmpty
                Get-KvTree ours -Store other | Should -HaveCount 3
            }
        }
    )
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer '--bcrypt-cost', '4'
    if ($Server) {
        $null = Connect-KvStore $Server -Name main
    }

    function ConvertFrom-Base64([string] $Text) { [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($Text)) }
}

AfterAll { Stop-TestServer }

Describe 'The table of etcdctl''s commands' {
    It 'names every command that etcdctl has' -Tag etcd -TestCases @{ Has = $has; Rows = $rows } {
        $named = $Rows | ForEach-Object { $_.Commands }
        $Has.Count | Should -BeGreaterThan 40
        $Has | Where-Object { $_ -notin $named -and ($_ -split ' ')[0] -notin $named } | Should -BeNullOrEmpty
    }

    It 'has a counterpart that the module has, or a reason, for <Row>' -ForEach $rows {
        $Commands | Should -Not -BeNullOrEmpty
        if ($Cmdlets) {
            $Cmdlets | Where-Object { $_ -notin (Get-Module Valkeyrie).ExportedCmdlets.Keys } | Should -BeNullOrEmpty
        } else {
            $Right | Should -Match '^none( yet)?: \w+( \S+){5,}$'
        }
    }

    It 'has nothing that no test runs beside etcdctl' -TestCases @{ Rows = $rows; Scenarios = $scenarios; Day = $day } {
        $dayText = Get-Content $PSScriptRoot/OperatorsDay.Tests.ps1 -Raw
        foreach ($row in $Rows | Where-Object Cmdlets) {
            foreach ($command in $row.Commands) {
                $text = ($Scenarios | Where-Object { $_.Commands -contains $command } | ForEach-Object { "$($_.Run)" }) + ($command -in $Day ? $dayText : '')
                $row.Cmdlets | Where-Object { $text -match "\b$_\b" } | Should -Not -BeNullOrEmpty -Because "'etcdctl $command' is compared with its counterpart"
            }

            # All counterparts of a row, taken together.
            $texts = ($Scenarios | Where-Object { $_.Commands | Where-Object { $_ -in $row.Commands } } | ForEach-Object { "$($_.Run)" }) + $dayText
            $row.Cmdlets | Where-Object { $texts -notmatch "\b$_\b" } | Should -BeNullOrEmpty
        }
    }

    It 'names <Command>, which etcdctl <Version> lacks' -ForEach @($lacks) {
        Set-ItResult -Skipped -Because "etcdctl $Version has no '$Command'"
    }
}

Describe 'Beside etcdctl' -Tag etcd {
    It 'the module does the same: <Commands>' -ForEach $scenarios {
        . $Run
    }
}
