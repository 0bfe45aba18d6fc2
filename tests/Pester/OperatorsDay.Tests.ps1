# A day of somebody who looks after a cluster of three members with TLS and users: all of it by the module, and each step looked at with etcd's own tools. Each step
# stands on the ones before it.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    if (-not $Etcd) {
        return
    }

    $Etcdutl = Join-Path (Split-Path $Etcdctl) ($IsWindows ? 'etcdutl.exe' : 'etcdutl')
    $authority = New-TestAuthority authority
    $certificate = New-TestCertificate $authority member @('127.0.0.1', 'localhost')
    $Processes = @{}
    $Peers = [ordered]@{}
    $Clients = [ordered]@{}
    $Secrets = @{ root = 'of-root'; red = 'first-of-red'; green = 'first-of-green'; blue = 'first-of-blue' }

    function New-Address { "https://127.0.0.1:$(Get-FreePort)" }

    # A member of the cluster, or one that goes on with what it has. Passwords are hashed as cheaply as etcd allows, and a database holds 16 MB.
    function Start-Member([string] $Name, [string] $State = 'new') {
        $cluster = ($Peers.Keys | ForEach-Object { "$_=$($Peers[$_])" }) -join ','
        $process = Start-TestProcess $Etcd @(
            '--name', $Name, '--data-dir', (Join-Path $TestFolder $Name), '--unsafe-no-fsync', '--bcrypt-cost', '4', '--quota-backend-bytes', '16777216'
            '--initial-cluster', $cluster, '--initial-cluster-state', $State, '--initial-advertise-peer-urls', $Peers[$Name], '--listen-peer-urls', $Peers[$Name]
            '--listen-client-urls', $Clients[$Name], '--advertise-client-urls', $Clients[$Name]
            '--cert-file', $certificate.Path, '--key-file', $certificate.KeyPath
            '--peer-cert-file', $certificate.Path, '--peer-key-file', $certificate.KeyPath, '--peer-client-cert-auth', '--peer-trusted-ca-file', $authority.Path)
        $Processes[$Name] = $process
        $null = $process.StandardError.BaseStream.CopyToAsync([IO.Stream]::Null)
        $null = $process.StandardOutput.BaseStream.CopyToAsync([IO.Stream]::Null)
    }

    function Add-Address([string] $Name) {
        $Peers[$Name] = New-Address
        $Clients[$Name] = New-Address
    }

    # kill -9, on Windows its like.
    function Stop-Member([string] $Name) {
        $Processes[$Name].Kill()
        $Processes[$Name].WaitForExit()
    }

    # What etcdctl says to a user, or to root, of the members that there are.
    function Invoke-UserEtcdctl([string] $User, [string[]] $Argument) {
        $said = & $Etcdctl --endpoints ($Clients.Values -join ',') --cacert $authority.Path --command-timeout 20s --user "${User}:$($Secrets[$User])" @Argument 2>&1
        if ($LASTEXITCODE -ne 0) {
            throw "etcdctl $Argument ended with ${LASTEXITCODE}: $said"
        }

        $said | Where-Object { $_ -is [string] }
    }

    function Invoke-Etcdctl { Invoke-UserEtcdctl root $args }

    # etcdctl signs in once, and fails where a member does not know its token yet: so it is asked for one member at a time.
    function Get-TheirHash([long] $Revision) {
        foreach ($client in $Clients.Values) {
            (& $Etcdctl --endpoints $client --cacert $authority.Path --user "root:$($Secrets.root)" endpoint hashkv "--rev=$Revision" --write-out=json | ConvertFrom-Json).HashKV.hash
        }
    }

    function Get-Listed { (Invoke-Etcdctl member list --write-out=json | ConvertFrom-Json).members }

    function ConvertTo-Hexadecimal($Id) { '{0:x}' -f [uint64] $Id }

    function Get-Password([string] $Text) { ConvertTo-SecureString $Text -AsPlainText -Force }

    function Connect-User([string] $User, [string[]] $To = @($Clients.Values)) {
        $null = Connect-KvStore $To -Name $User -Force -CaCertificate $authority.Path -Credential ([pscredential]::new($User, (Get-Password $Secrets[$User])))
    }

    # Gives a learner its vote as soon as it has caught up.
    function Grant-Vote($Member) {
        Wait-Until { $Member | Set-KvMember -Promote -ErrorAction SilentlyContinue; (Get-KvMember | Where-Object Id -EQ $Member.Id).IsLearner -eq $false } 'the learner votes'
        Connect-User root
        Wait-Until { -not (Get-KvStatus | Where-Object { $_.Reason -or -not $_.LeaderId }) } 'all members serve'
    }

    function Get-LeaderName {
        $leader = (Get-KvStatus | Where-Object IsLeader).MemberId
        (Get-KvMember | Where-Object Id -EQ $leader).Name
    }

    'a', 'b', 'c' | ForEach-Object { Add-Address $_ }
    $Peers.Keys | ForEach-Object { Start-Member $_ }
    Wait-Until { try { Connect-KvStore @($Clients.Values) -Name root -Force -CaCertificate $authority.Path } catch { $false } } 'a member listens'
    Wait-Until { -not (Get-KvStatus -ErrorAction SilentlyContinue | Where-Object { $_.Reason -or -not $_.LeaderId }) } 'three members serve'
}

AfterAll { Stop-TestServer }

Describe 'An operator''s day' -Tag etcd {
    It 'begins with users, and roles for three teams that see nothing of each other' {
        New-KvRole root
        New-KvUser root (Get-Password $Secrets.root)
        Grant-KvRole root root
        foreach ($team in 'red', 'green', 'blue') {
            New-KvRole $team
            Grant-KvPermission $team $team -Access ReadWrite
            Grant-KvPermission $team shared -Access Read
            New-KvUser $team (Get-Password $Secrets[$team])
            Grant-KvRole $team $team
        }

        Test-KvAuthentication | Should -BeFalse
        Enable-KvAuthentication ([pscredential]::new('root', (Get-Password $Secrets.root))) -Confirm:$false
        'root', 'red', 'green', 'blue' | ForEach-Object { Connect-User $_ }
        Select-KvStore root
        Test-KvAuthentication | Should -BeTrue
        Set-KvValue shared/motd 'be kind'

        foreach ($team in 'red', 'green', 'blue') {
            Set-KvValue $team/app/color $team -Store $team
            Get-KvValue shared/motd -ValueOnly -Store $team | Should -Be 'be kind'
            (Get-ErrorOf { Set-KvValue shared/motd mine -Store $team }).FullyQualifiedErrorId | Should -BeLike 'KvPermissionDenied,*'
            (Get-ErrorOf { Set-KvValue "${team}der" 1 -Store $team }).FullyQualifiedErrorId | Should -BeLike 'KvPermissionDenied,*'
            (Get-ErrorOf { Get-KvUser -Store $team }).FullyQualifiedErrorId | Should -BeLike 'KvPermissionDenied,*'

            Invoke-UserEtcdctl $team get, "$team/app/color", --print-value-only | Should -Be $team
            Invoke-Etcdctl role get $team | Out-String | Should -Match "$team/"
            Invoke-Etcdctl user get $team --write-out=json | ConvertFrom-Json | ForEach-Object roles | Should -Be $team
        }

        { Invoke-UserEtcdctl green put, red/app/color, green } | Should -Throw '*permission denied*'
        { Invoke-UserEtcdctl nobody get, red/app/color } | Should -Throw
        Invoke-Etcdctl role list | Should -Be (Get-KvRole).Name
        Invoke-Etcdctl user list | Should -Be (Get-KvUser).Name
    }

    It 'rotates a password: the new one alone counts, also for connections that are open' {
        Set-KvUser red (Get-Password second-of-red)
        { Invoke-UserEtcdctl red get, red/app/color } | Should -Throw '*authentication failed*'
        (Get-ErrorOf { Get-KvValue red/app/color -Store red }).FullyQualifiedErrorId | Should -BeLike 'KvAuthenticationFailed,*'
        $Secrets.red = 'second-of-red'
        Invoke-UserEtcdctl red get, red/app/color, --print-value-only | Should -Be red
        Connect-User red
        Get-KvValue red/app/color -ValueOnly | Should -Be red
        Select-KvStore root
    }

    It 'shows the members as etcdctl does' {
        $told = Invoke-Etcdctl endpoint status --write-out=json | ConvertFrom-Json
        foreach ($status in Get-KvStatus) {
            $same = ($told | Where-Object Endpoint -EQ $status.Endpoint).Status
            $status.MemberId | Should -Be (ConvertTo-Hexadecimal $same.header.member_id)
            $status.LeaderId | Should -Be (ConvertTo-Hexadecimal $same.leader)
            $status.Version | Should -Be $same.version
            $status.RaftTerm | Should -Be $same.raftTerm
        }

        (Invoke-Etcdctl endpoint health --write-out=json | ConvertFrom-Json | Where-Object health).endpoint | Sort-Object |
            Should -Be (Test-KvStore | Where-Object { -not $_.Reason } | ForEach-Object Endpoint | Sort-Object)
    }

    It 'grows by a learner, which then votes' {
        Add-Address d
        $added = Add-KvMember $Peers.d
        $added.IsLearner | Should -BeTrue
        (Get-Listed | Where-Object isLearner).peerURLs | Should -Be $Peers.d
        Start-Member d existing
        Grant-Vote $added
        Get-Listed | Should -HaveCount 4
        Get-Listed | Where-Object isLearner | Should -BeNullOrEmpty
        (Get-Listed | Where-Object name -EQ d).ID | ForEach-Object { ConvertTo-Hexadecimal $_ } | Should -Be $added.Id
    }

    It 'moves the leadership' {
        $target = Get-KvMember | Where-Object Name -EQ d
        Get-LeaderName | Should -Not -Be d
        $target | Move-KvClusterLeader
        Get-LeaderName | Should -Be d
        (Invoke-Etcdctl endpoint status --write-out=json | ConvertFrom-Json).Status.leader | Select-Object -Unique | ForEach-Object { ConvertTo-Hexadecimal $_ } | Should -Be $target.Id
    }

    It 'replaces a member that is lost' {
        Stop-Member a
        (Get-KvStatus | Where-Object Reason).Endpoint | Should -Be $Clients.a
        Get-KvMember | Where-Object Name -EQ a | Remove-KvMember -Confirm:$false
        $Peers.Remove('a')
        $Clients.Remove('a')
        (Get-Listed).name | Sort-Object | Should -Be b, c, d

        Add-Address e
        $added = Add-KvMember $Peers.e
        Start-Member e existing
        Grant-Vote $added
        (Get-Listed).name | Sort-Object | Should -Be b, c, d, e
        'red', 'green', 'blue' | ForEach-Object { Connect-User $_ }
        Select-KvStore root
        Invoke-Etcdctl endpoint health | Out-Null
    }

    It 'takes a snapshot, of which etcd''s own tool makes a store that holds the same' {
        foreach ($i in 1..50) { Set-KvValue red/app/$i ('x' * 1000) }
        Remove-KvValue red/app/7
        $snapshot = Save-KvSnapshot (Join-Path $TestFolder day.db)
        Set-KvValue red/app/later 1

        # etcdctl up to 3.5, etcdutl from 3.5 on.
        $peer, $client, $folder = "http://127.0.0.1:$(Get-FreePort)", "http://127.0.0.1:$(Get-FreePort)", (Join-Path $TestFolder restored)
        $tool = (Test-Path $Etcdutl) ? $Etcdutl : $Etcdctl
        $told = & $tool snapshot status $snapshot.Path --write-out=json 2>$null | ConvertFrom-Json
        $told.revision | Should -Be $snapshot.Revision
        & $tool snapshot restore $snapshot.Path --name restored --data-dir $folder --initial-cluster "restored=$peer" --initial-advertise-peer-urls $peer 2>&1 | Out-Null
        $LASTEXITCODE | Should -Be 0
        $process = Start-TestProcess $Etcd @(
            '--name', 'restored', '--data-dir', $folder, '--unsafe-no-fsync', '--bcrypt-cost', '4', '--initial-cluster', "restored=$peer"
            '--initial-advertise-peer-urls', $peer, '--listen-peer-urls', $peer, '--listen-client-urls', $client, '--advertise-client-urls', $client)
        $null = $process.StandardError.BaseStream.CopyToAsync([IO.Stream]::Null)
        $null = $process.StandardOutput.BaseStream.CopyToAsync([IO.Stream]::Null)

        # Its users came along.
        $root = [pscredential]::new('root', (Get-Password $Secrets.root))
        Wait-Until { try { $null = Connect-KvStore $client -Name restored -Credential $root -Force; $true } catch { $false } } 'the restored store serves'
        Select-KvStore root
        Compare-KvTree -ReferenceRevision $snapshot.Revision -DifferenceStore restored | Should -BeNullOrEmpty
        (Compare-KvTree -DifferenceStore restored).Key | Should -Be red/app/later
        (Get-KvHash -Revision $snapshot.Revision).Hash + (Get-KvHash -Revision $snapshot.Revision -Store restored -WarningAction SilentlyContinue).Hash |
            Select-Object -Unique | Should -HaveCount 1

        $here = Invoke-Etcdctl get --prefix '' --keys-only "--rev=$($snapshot.Revision)"
        $there = & $Etcdctl --endpoints $client --user "root:$($Secrets.root)" get --prefix '' --keys-only "--rev=$($snapshot.Revision)"
        $there | Should -Be $here
        Get-TheirHash $snapshot.Revision | Should -Be (Get-KvHash -Revision $snapshot.Revision).Hash
        Disconnect-KvStore restored
        Stop-Process -Id $process.Id -Force
    }

    It 'forgets history' {
        $revision = (Get-KvValue red/app/later).Revision
        Clear-KvHistory $revision -Confirm:$false
        { Invoke-Etcdctl get red/app/1 "--rev=$($revision - 1)" } | Should -Throw '*compacted*'
        Invoke-Etcdctl get red/app/later "--rev=$revision" --print-value-only | Should -Be 1
        (Get-ErrorOf { Get-KvValue red/app/1 -Revision ($revision - 1) }).FullyQualifiedErrorId | Should -BeLike 'KvCompacted,*'
    }

    It 'fills the quota, makes space and clears the alarm, so that the teams can write again' {
        $failure = $null
        try {
            foreach ($i in 1..40) { Set-KvValue red/large ([byte[]]::new(1MB)) -Store red -ErrorAction Stop }
        } catch {
            $failure = $_
        }

        $failure.FullyQualifiedErrorId | Should -BeLike 'KvQuotaExceeded,*'
        (Get-ErrorOf { Set-KvValue blue/app/color navy -Store blue }).FullyQualifiedErrorId | Should -BeLike 'KvQuotaExceeded,*'
        (Invoke-Etcdctl alarm list) -match 'NOSPACE' | Should -HaveCount @(Get-KvAlarm).Count
        (Get-KvAlarm).Kind | Select-Object -Unique | Should -Be NoSpace

        $revision = (Get-KvValue red/large).Revision
        Clear-KvHistory $revision -Confirm:$false
        $before = (Invoke-Etcdctl endpoint status --write-out=json | ConvertFrom-Json).Status.dbSize | Measure-Object -Minimum
        $leader = Get-LeaderName
        $done = Optimize-KvStore
        $done | Should -HaveCount 4
        $done[-1].Endpoint | Should -Be $Clients[$leader]
        ((Invoke-Etcdctl endpoint status --write-out=json | ConvertFrom-Json).Status.dbSize | Measure-Object -Maximum).Maximum | Should -BeLessThan $before.Minimum
        Get-KvAlarm | Clear-KvAlarm
        Invoke-Etcdctl alarm list | Should -BeNullOrEmpty
        Set-KvValue blue/app/color navy -Store blue
        Invoke-UserEtcdctl blue get, blue/app/color, --print-value-only | Should -Be navy
        Remove-KvValue red/large -Store red
    }

    It 'keeps its elections through a kill -9 of the leader, be it the cluster''s or the election''s' {
        Grant-KvPermission blue election -Access ReadWrite
        $script = "`$null = Connect-KvStore $($Clients.Values -join ',') -CaCertificate '$($authority.Path)' -Credential ([pscredential]::new('blue', (ConvertTo-SecureString $($Secrets.blue) -AsPlainText -Force)))
            `$leadership = Enter-KvElection election/day -Value first -Ttl 5
            `"leads `$(`$leadership.FencingToken)`"
            `$null = [Console]::In.ReadLine()"
        $start = [Diagnostics.ProcessStartInfo]::new($Pwsh, [string[]]('-NoProfile', '-NonInteractive', '-Command', "`$ErrorActionPreference = 'Stop'; Import-Module '$ModulePath'; $script"))
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
        $first = [Diagnostics.Process]::Start($start)
        $Started.Add($first)
        $told = $first.StandardOutput.ReadLine()
        $told | Should -Match '^leads \d+$'
        $token = [long] $told.Substring(6)

        $second = Start-ThreadJob -ArgumentList $ModulePath { param($module) Import-Module $module; Enter-KvElection election/day -Value second -Ttl 5 -Store blue }
        Wait-Until { @(Invoke-Etcdctl get --prefix election/day/ --keys-only | Where-Object { $_ }).Count -eq 2 } 'the second waits'

        $leader = Get-LeaderName
        Stop-Member $leader
        Wait-Until { @(Get-KvStatus | Where-Object IsLeader).Count -eq 1 } 'another member leads'
        Get-LeaderName | Should -Not -Be $leader
        $election = Get-KvElection election/day
        $election.Value | Should -Be first
        $election.FencingToken | Should -Be $token
        $election.Waiting.Value | Should -Be second
        Invoke-Etcdctl get --prefix election/day/ --sort-by=CREATE --limit=1 --print-value-only | Should -Be first

        $first.Kill()
        $leadership = $second | Receive-TestJob
        $leadership.FencingToken | Should -BeGreaterThan $token
        $leadership.IsLeader | Should -BeTrue
        Invoke-Etcdctl get --prefix election/day/ --print-value-only | Should -Be second
        Exit-KvElection $leadership

        Start-Member $leader existing
        Wait-Until { -not (Get-KvStatus | Where-Object { $_.Reason -or -not $_.LeaderId }) } 'the member is back'
    }

    It 'ends with members that hold the same, all of them well' {
        (Invoke-Etcdctl endpoint health --write-out=json | ConvertFrom-Json).health | Select-Object -Unique | Should -BeTrue
        Wait-Until { @((Get-KvStatus).RaftAppliedIndex | Select-Object -Unique).Count -eq 1 } 'all have applied the same'
        $hashes = Get-KvHash
        $hashes | Should -HaveCount 4
        $hashes.Hash | Select-Object -Unique | Should -HaveCount 1
        Get-TheirHash $hashes[0].Revision | Should -Be $hashes.Hash
        Disable-KvAuthentication -Confirm:$false
        Test-KvAuthentication | Should -BeFalse
    }
}
