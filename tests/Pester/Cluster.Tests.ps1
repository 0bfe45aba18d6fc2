# Members and upkeep of an etcd, each step seen by etcdctl. Stores without a cluster say that they have none.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $memory = Connect-KvStore -InMemory -Name memory
    $Server = Start-TestServer
    if ($Server) {
        $null = Connect-KvStore $Server -Name cluster
    }

    function Get-EtcdctlMember { (Invoke-Etcdctl member list --write-out=json | ConvertFrom-Json).members }

    # A loopback address at which nothing listens.
    function Get-PeerAddress { "http://127.0.0.1:$(Get-FreePort)" }
}

AfterAll { Stop-TestServer }

Describe 'A store without a cluster' {
    It 'does not support <_>, and names itself' -ForEach @(
        'Get-KvMember', 'Add-KvMember http://10.0.0.4:2380', 'Remove-KvMember 1 -Confirm:$false', 'Set-KvMember 1 -Promote', 'Move-KvClusterLeader 1'
        'Get-KvAlarm', 'Clear-KvAlarm -All'
    ) {
        $failure = Get-ErrorOf ([scriptblock]::Create("$_ -Store memory"))
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvNotSupported,*'
        "$failure" | Should -BeLike '*memory:*'
    }

    It 'has a status, a hash, a history to forget and space to give back: <Kind>' -ForEach @(
        @{ Kind = 'file' }
        @{ Kind = 'memory' }
    ) {
        $own = $Kind -eq 'file' ? (Connect-KvStore -Path (Join-Path $TestFolder upkeep.db) -Name upkeep) : (Connect-KvStore -InMemory -Name upkeep)
        try {
            $old = (Set-KvValue a 1 -PassThru).Revision
            1..100 | ForEach-Object { @{ Key = "large/$_"; Value = 'v' * 20000 } } | ForEach-Object { [pscustomobject] $_ } | Set-KvValue
            Remove-KvTree large -Confirm:$false
            $new = (Set-KvValue a 2 -PassThru).Revision
            $status = Get-KvStatus
            $status.Endpoint | Should -Be $own.Endpoints[0]
            $status.Version | Should -BeLike 'SQLite *'
            $status.Revision | Should -Be $new

            $hash = Get-KvHash -WarningVariable warning
            $warning | Should -BeNullOrEmpty
            $hash.Revision | Should -Be $new
            $hash.CompactRevision | Should -BeNullOrEmpty
            (Get-KvHash -Revision $new).Hash | Should -Be $hash.Hash

            Clear-KvHistory $new -WhatIf
            (Get-KvValue a -Revision $old).Value | Should -Be 1
            Clear-KvHistory $new -Confirm:$false
            (Get-ErrorOf { Get-KvValue a -Revision $old }).FullyQualifiedErrorId | Should -BeLike 'KvCompacted,*'
            (Get-KvHash).CompactRevision | Should -Be $new
            (Get-KvHash).Hash | Should -Be $hash.Hash

            Optimize-KvStore -WhatIf | Should -BeNullOrEmpty
            (Optimize-KvStore).DatabaseSize | Should -BeLessThan $status.DatabaseSize
            (Get-KvValue a).Value | Should -Be 2
            (Get-ErrorOf { Optimize-KvStore other.db }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        } finally {
            Disconnect-KvStore upkeep
            if ($Server) { Select-KvStore cluster }
        }
    }
}

Describe 'Members' -Tag etcd {
    It 'are those that etcdctl lists' {
        $member = Get-KvMember
        $listed = Get-EtcdctlMember
        $member.Id | Should -Be ('{0:x}' -f [uint64] $listed.ID)
        $member.Name | Should -Be $listed.name
        $member.PeerAddresses | Should -Be $listed.peerURLs
        $member.ClientAddresses | Should -Be $listed.clientURLs
    }

    It 'are added as learners, changed and removed; -WhatIf changes nothing' {
        Add-KvMember (Get-PeerAddress) -WhatIf
        Get-EtcdctlMember | Should -HaveCount 1

        $added = Add-KvMember (Get-PeerAddress)
        $added.IsLearner | Should -BeTrue
        $added.HasStarted | Should -BeFalse
        (Get-EtcdctlMember | Where-Object isLearner).ID | Should -Be ([Convert]::ToUInt64($added.Id, 16))

        $address = Get-PeerAddress
        $added | Set-KvMember -PeerAddress $address -WhatIf
        (Get-EtcdctlMember | Where-Object isLearner).peerURLs | Should -Be $added.PeerAddresses
        ($added | Set-KvMember -PeerAddress $address -PassThru).PeerAddresses | Should -Be $address

        # etcd 3.4 lists a learner whose address was changed as a voter.
        (Get-EtcdctlMember).peerURLs | Should -Contain $address

        $added | Remove-KvMember -WhatIf
        Get-EtcdctlMember | Should -HaveCount 2
        Get-KvMember | Where-Object Id -EQ $added.Id | Remove-KvMember -Confirm:$false
        Get-EtcdctlMember | Should -HaveCount 1
    }

    It 'are promoted only once they have caught up' {
        $added = Add-KvMember (Get-PeerAddress)
        try {
            (Get-ErrorOf { $added | Set-KvMember -Promote }).Exception.Message | Should -BeLike '*in sync*'
        } finally {
            $added | Remove-KvMember -Confirm:$false
        }
    }

    It 'complete by id and by name' {
        Set-CompletionPatience 00:01
        $member = Get-KvMember
        foreach ($line in "Remove-KvMember $($member.Id.Substring(0, 3))", "Set-KvMember $($member.Name)", 'Move-KvClusterLeader ', 'Clear-KvAlarm ') {
            $completed = (TabExpansion2 $line $line.Length).CompletionMatches
            $completed.CompletionText.Trim("'") | Should -Contain $member.Id -Because $line
        }

        $line = 'Optimize-KvStore http'
        (TabExpansion2 $line $line.Length).CompletionMatches.ListItemText | Should -Be $Server
        Set-CompletionPatience 00:00:00.5
    }

    It 'that are unknown are errors of their own, and the others go on' {
        $failures = @('abc', 'no id' | Remove-KvMember -Confirm:$false 2>&1)
        $failures | Should -HaveCount 2
        $failures[0].TargetObject | Should -Be abc
        $failures[1].FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }
}

Describe 'A cluster of two' -Tag etcd {
    BeforeAll {
        $client, $peer = "http://127.0.0.1:$(Get-FreePort)", (Get-PeerAddress)
        $added = Add-KvMember $peer
        $first = Get-KvMember | Where-Object HasStarted
        $process = Start-TestProcess $Etcd @(
            '--name', 'second', '--data-dir', (Join-Path $TestFolder second), '--unsafe-no-fsync', '--initial-cluster-state', 'existing'
            '--listen-client-urls', $client, '--advertise-client-urls', $client, '--listen-peer-urls', $peer, '--initial-advertise-peer-urls', $peer
            '--initial-cluster', "$($first.Name)=$($first.PeerAddresses),second=$peer")
        $null = $process.StandardError.BaseStream.CopyToAsync([IO.Stream]::Null)
        $null = $process.StandardOutput.BaseStream.CopyToAsync([IO.Stream]::Null)
        Wait-Until { $added | Set-KvMember -Promote -ErrorAction SilentlyContinue; (Get-KvMember | Where-Object Id -EQ $added.Id).IsLearner -eq $false } 'the learner votes'
        $null = Connect-KvStore $Server, $client -Name both
        Wait-Until { -not (Get-KvStatus | Where-Object { $_.Reason -or -not $_.LeaderId }) } 'both serve'
    }

    It 'has grown by a learner that was promoted' {
        Get-EtcdctlMember | Should -HaveCount 2
        Get-EtcdctlMember | Where-Object isLearner | Should -BeNullOrEmpty
    }

    It 'hands its leadership on, wherever it is' {
        foreach ($target in $added.Id, $first.Id) {
            Move-KvClusterLeader $target -WhatIf
            Move-KvClusterLeader $target
            (Get-KvStatus | Where-Object IsLeader).MemberId | Should -Be $target
            (Invoke-Etcdctl endpoint status --write-out=json | ConvertFrom-Json).Status.leader | Should -Be ([Convert]::ToUInt64($target, 16))
        }
    }

    It 'is optimized member after member, the leader last' {
        (Optimize-KvStore -WhatIf) | Should -BeNullOrEmpty
        $done = Optimize-KvStore
        $done | Should -HaveCount 2
        $done[-1].IsLeader | Should -BeTrue
        (Optimize-KvStore $client).Endpoint | Should -Be $client
        (Get-ErrorOf { Optimize-KvStore http://127.0.0.1:1 }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }

    It 'has the same hash on both, which is etcdctl''s' {
        Set-KvValue app/a 1
        $hashes = Get-KvHash
        $hashes.Hash | Select-Object -Unique | Should -HaveCount 1
        (Invoke-Etcdctl endpoint hashkv "--rev=$($hashes[0].Revision)" --write-out=json | ConvertFrom-Json).HashKV.hash | Should -Be $hashes[0].Hash
    }

    It 'refuses to optimize while a member is away' {
        $away = Connect-KvStore $Server, $client, "http://127.0.0.1:$(Get-FreePort)" -Name withAway
        $failure = Get-ErrorOf { Optimize-KvStore -Store $away }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvUnreachable,*'
        "$failure" | Should -BeLike '*-Endpoint*'
        (Get-KvStatus -Store $away | Where-Object Reason) | Should -HaveCount 1
        Disconnect-KvStore $away
        Select-KvStore both
    }
}

Describe 'Upkeep' -Tag etcd {
    BeforeAll {
        $full = Start-TestServer -Argument '--quota-backend-bytes', "$(16MB)"
        $small = Connect-KvStore $full -Name small
        function Invoke-EtcdctlOfSmall { & $Etcdctl --endpoints $full @args }
    }

    It 'shows a member as etcdctl does' {
        $status = Get-KvStatus
        $told = (& $Etcdctl --endpoints $full endpoint status --write-out=json | ConvertFrom-Json).Status
        $status.Version | Should -Be $told.version
        $status.Revision | Should -Be $told.header.revision
        $status.DatabaseSize | Should -Be $told.dbSize
        $status.IsLeader | Should -BeTrue
        $status.Problems | Should -BeNullOrEmpty
    }

    It 'warns that the hash of one endpoint is compared with nothing' {
        $null = Get-KvHash -WarningVariable told -WarningAction SilentlyContinue
        "$told" | Should -BeLike '*no other hash to compare*'
    }

    It 'is a full database, freed: compacted, optimized, its alarm cleared' {
        $failure = $null
        try {
            foreach ($i in 1..40) { Set-KvValue app/a ([byte[]]::new(1MB)) -ErrorAction Stop }
        } catch {
            $failure = $_
        }

        $failure.FullyQualifiedErrorId | Should -BeLike 'KvQuotaExceeded,*'
        $alarm = Get-KvAlarm
        $alarm.Kind | Should -Be NoSpace
        (Get-KvStatus).Problems | Should -Not -BeNullOrEmpty

        $revision = (Get-KvValue app/a).Revision
        Clear-KvHistory $revision -WhatIf
        Get-KvValue app/a -Revision ($revision - 1) | Should -Not -BeNullOrEmpty
        Clear-KvHistory $revision -Confirm:$false
        (Get-ErrorOf { Get-KvValue app/a -Revision ($revision - 1) }).FullyQualifiedErrorId | Should -BeLike 'KvCompacted,*'
        (Get-ErrorOf { Clear-KvHistory ($revision + 100) -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'

        $before = (Get-KvStatus).DatabaseSize
        (Optimize-KvStore).DatabaseSize | Should -BeLessThan $before
        $alarm | Clear-KvAlarm -WhatIf
        Get-KvAlarm | Should -HaveCount 1
        $alarm | Clear-KvAlarm
        Invoke-EtcdctlOfSmall alarm list | Should -BeNullOrEmpty
        Set-KvValue app/a 1
        Clear-KvAlarm -All
    }
}

Describe 'Hashes' {
    It 'contradict each other only at one revision and one compact revision' {
        $hash = { param($Of, $Hash, $Revision, $Compact) [Valkeyrie.KvHash]::new("http://$Of", $Hash, $Revision, $Compact) }
        [Valkeyrie.KvHash]::Contradicting([Valkeyrie.KvHash[]] @((& $hash a 1 7 2), (& $hash b 1 7 2))) | Should -BeNullOrEmpty
        [Valkeyrie.KvHash]::Contradicting([Valkeyrie.KvHash[]] @((& $hash a 1 7 2), (& $hash b 2 7 3))) | Should -BeNullOrEmpty
        [Valkeyrie.KvHash]::Contradicting([Valkeyrie.KvHash[]] @((& $hash a 1 7 2), (& $hash b 2 7 2), (& $hash c 5 7 3))).Endpoint | Should -Be 'http://a', 'http://b'
    }
}
