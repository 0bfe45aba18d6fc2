# The cmdlets on ZooKeeper.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/DriveWalk.ps1
    $ZooKeeper = Start-TestZooKeeper
    if ($ZooKeeper) {
        $null = Connect-KvStore "zookeeper://$ZooKeeper/chroot" -Name zk
    }
}

AfterAll { Stop-TestServer }

Describe 'ZooKeeper' -Tag zookeeper {
    It 'says where it is and what it promises' {
        $store = Get-KvStore zk
        $store.Address, $store.ApiVersion, $store.State | Should -Be "zookeeper://$ZooKeeper/chroot", $null, 'Available'
        $store.ServerVersion | Should -Match '^3\.\d+'
        $store.Promises.EveryChange, $store.Promises.LocksInOrder, $store.Promises.TreesRemovedAtOnce | Should -Be $false, $true, $false
        (Connect-KvStore "zookeeper://$ZooKeeper", "$ZooKeeper/chroot" -Name twice).Endpoints.Count | Should -Be 1
        Disconnect-KvStore twice
        Select-KvStore zk
    }

    It 'puts, gets, lists, tests and removes' {
        Set-KvValue app/db/host db01
        Set-KvValue app/db/port 5432
        Set-KvValue application/x 1
        Set-KvValue app/binary ([byte[]](0xFF, 0))
        (Get-KvValue app/binary).Bytes | Should -Be 0xFF, 0
        Get-KvValue app/db/host -ValueOnly | Should -Be db01
        (Get-KvTree app/db).Key | Should -Be app/db/host, app/db/port
        Test-KvKey app/db/host, app/db/user | Should -Be $true, $false
        Remove-KvTree app -Confirm:$false -PassThru | Should -Be 3
        Test-KvKey application/x | Should -BeTrue
        $pair = Set-KvValue swapped 1 -PassThru
        Set-KvValue swapped 2 -IfRevision $pair.Revision
        (Get-ErrorOf { Set-KvValue swapped 3 -IfRevision $pair.Revision }).FullyQualifiedErrorId | Should -BeLike 'KvKeyModified,*'
    }

    It 'has no leases, transactions or history, and says so of itself: <Name>' -ForEach @(
        @{ Name = 'New-KvLease'; Run = { New-KvLease 60 } }
        @{ Name = 'Set-KvValue -Ttl'; Run = { Set-KvValue timed 1 -Ttl 60 } }
        @{ Name = 'Invoke-KvTransaction'; Run = { Invoke-KvTransaction -Then { Set-KvValue leased 1 } } }
        @{ Name = 'Get-KvHistory'; Run = { Get-KvHistory leased } }
    ) {
        $record = Get-ErrorOf $Run
        $record.FullyQualifiedErrorId | Should -BeLike 'KvNotSupported,*'
        $record.Exception.Message | Should -BeLike "*zookeeper://$ZooKeeper*"
    }

    It 'holds elections' {
        $leadership = Enter-KvElection app/leader -Value host-7
        (Get-KvElection app/leader).Value | Should -Be host-7
        (Get-KvElection -Path app).Name | Should -Be app/leader
        (Watch-KvElection app/leader | Select-Object -First 1).Value | Should -Be host-7
        (Get-ErrorOf { Enter-KvElection app/leader -Timeout 0 }).FullyQualifiedErrorId | Should -BeLike 'KvNotElected,*'
        Set-KvElection $leadership ready
        (Get-KvElection app/leader).Value | Should -Be ready
        Exit-KvElection $leadership
        Get-KvElection app/leader | Should -BeNullOrEmpty
        Use-KvElection app/leader { 'leads' } | Should -Be leads
    }

    It 'locks, keeps alive, watches and shows a drive' {
        Use-KvLock job { 'in' } | Should -Be in
        Set-KvValue alive 1 -Ttl 5 -KeepAlive
        Get-KvValue alive -ValueOnly | Should -Be 1
        (Watch-KvKey alive | Select-Object -First 1).Value | Should -Be 1
        $null = New-PSDrive zkd Kv ''
        Set-Content zkd:/folder/name value
        Get-Content zkd:/folder/name | Should -Be value
        (Get-ChildItem zkd:/folder).Name | Should -Be name
        Remove-PSDrive zkd
    }

    It 'is walked by a drive, directory by directory' {
        Assert-DriveWalk zk
    }

    It 'takes an export of another store, and gives it back' {
        $null = Connect-KvStore -InMemory -Name source
        1..500 | ForEach-Object { [pscustomobject]@{ Key = "copied/$($_ % 7)/$_"; Value = "v$_" } } | Set-KvValue -Store source
        Copy-KvTree copied copied -Store source -DestinationStore zk
        Compare-KvTree copied copied -Store source -DifferenceStore zk | Should -BeNullOrEmpty
        $file = Join-Path $TestDrive tree.json
        Export-KvTree copied $file -Store zk
        Remove-KvTree copied -Store zk -Confirm:$false
        Import-KvTree $file copied -Store zk
        (Get-KvTree copied -Store zk).Count | Should -Be 500
        Disconnect-KvStore source
        Select-KvStore zk
    }

    It 'is registered, and refuses what does not go together' {
        (Get-ErrorOf { Connect-KvStore zookeeper://h1:1, etcd://h2:2 }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        (Get-ErrorOf { Connect-KvStore "zookeeper://$ZooKeeper`?acl=x" }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        (Get-ErrorOf { Connect-KvStore "zookeeper://$ZooKeeper`?access=creator" }).Exception.Message | Should -BeLike '*credential*'
    }
}
