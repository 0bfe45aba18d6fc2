# The cmdlets on Consul.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/DriveWalk.ps1
    $Consul = Start-TestConsul
    if ($Consul) {
        $null = Connect-KvStore "consul://$Consul" -Name consul
    }
}

AfterAll { Stop-TestServer }

Describe 'Consul' -Tag consul {
    It 'says where it is and what it promises' {
        $store = Get-KvStore consul
        $store.Address, $store.ApiVersion, $store.State | Should -Be "consul://$Consul", $null, 'Available'
        $store.ServerVersion | Should -Match '^\d+\.\d+'
        $store.Promises.EveryChange, $store.Promises.Transactions, $store.Promises.Leases | Should -Be $false, $true, $false
        (Connect-KvStore "consul://$Consul, $Consul" -Name twice).Endpoints.Count | Should -Be 1
        Disconnect-KvStore twice
        Select-KvStore consul
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

    It 'is imported from what consul kv export writes, and from its HTTP API' {
        Set-KvValue dump/text 'a value' -Store consul
        Set-KvValue dump/empty '' -Store consul
        Set-KvValue dump/bytes ([byte[]] (0..255)) -Store consul
        $null = Connect-KvStore -InMemory -Name dumped
        Select-KvStore consul
        $file = Join-Path $TestFolder consul.json
        foreach ($write in { & $ConsulProgram kv export "-http-addr=$Consul" dump/ }, { (Invoke-WebRequest "http://$Consul/v1/kv/dump/?recurse").Content }) {
            & $write | Set-Content $file
            (Import-KvTree $file -All -Prune -Force -PassThru -Store dumped).LastKey | Should -Be dump/text
            Compare-KvTree dump -DifferenceStore dumped -Store consul | Should -BeNullOrEmpty
        }

        Disconnect-KvStore dumped
        Remove-KvTree dump -Confirm:$false -Store consul
    }

    It 'has no leases or history, and says so of itself: <Name>' -ForEach @(
        @{ Name = 'New-KvLease'; Run = { New-KvLease 60 } }
        @{ Name = 'Get-KvHistory'; Run = { Get-KvHistory leased } }
        @{ Name = 'Lock-KvKey -EtcdMutex'; Run = { Lock-KvKey leased -EtcdMutex } }
    ) {
        $failure = Get-ErrorOf $Run
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvNotSupported,*'
        "$failure" | Should -BeLike "*consul://$Consul*"
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

    It 'commits transactions' {
        Set-KvValue stock/apples 3
        $outcome = Invoke-KvTransaction -If (New-KvCondition stock/apples -Value 3) -Then { Set-KvValue stock/apples 2; Set-KvValue sold/apples 1 } -Else { Set-KvValue sold/out 1 }
        $outcome.Succeeded | Should -BeTrue
        (Invoke-KvTransaction -If (New-KvCondition stock/apples -Value 3) -Then { Set-KvValue stock/apples 1 } -Else { Set-KvValue sold/out 1 }).Succeeded | Should -BeFalse
        (Get-KvTree sold).Key | Should -Be sold/apples, sold/out
        (Get-KvValue stock/apples).Value | Should -Be 2
    }

    It 'watches a tree' {
        Set-KvValue seen/a 1
        $seen = Watch-KvTree seen -PreviousValue | ForEach-Object {
            $_
            if ($_.Type -eq 'Existing') { Set-KvValue seen/a 2 }
        } | Select-Object -First 2
        $seen.Type | Should -Be Existing, Put
        $seen[1].PreviousValue | Should -Be 1
    }

    It 'locks, by itself and as consul lock does' {
        Use-KvLock job { param($lock) $lock.IsHeld } | Should -BeTrue
        $lock = Lock-KvKey job -Value me
        Get-KvValue job -ValueOnly | Should -Be me
        (Get-ErrorOf { Lock-KvKey job -Timeout 0 }).FullyQualifiedErrorId | Should -BeLike 'KvCannotLock,*'
        $lock | Unlock-KvKey
        $lock.IsHeld | Should -BeFalse
        (Get-KvTree).Key | Should -Not -Contain job___lock
        $theirs = Lock-KvKey nightly -ConsulLock
        & $ConsulProgram lock "-http-addr=http://$Consul" -timeout=1s nightly true *>&1 | Out-Null
        $LASTEXITCODE | Should -Not -Be 0
        $theirs | Unlock-KvKey
        & $ConsulProgram lock "-http-addr=http://$Consul" nightly true *>&1 | Out-Null
        $LASTEXITCODE | Should -Be 0
        (Get-ErrorOf { Lock-KvKey nightly -ConsulLock -EtcdMutex }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        (Get-ErrorOf { Lock-KvKey nightly -ConsulLock -Store (Connect-KvStore -InMemory -Name memory) }).FullyQualifiedErrorId | Should -BeLike 'KvNotSupported,*'
        Select-KvStore consul
    }

    It 'refuses a time to live that a session cannot have, and keeps one that it can' {
        (Get-ErrorOf { Set-KvValue short 1 -Ttl 5 }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        Set-KvValue kept 1 -Ttl 60 -KeepAlive
        (Get-KvValue kept).Ttl | Should -Be ([timespan]::FromSeconds(60))
        Set-KvValue kept 2
        (Get-KvValue kept).Ttl | Should -BeNullOrEmpty
    }

    It 'is shown by a drive' {
        Set-KvValue shop/fruit/apple red
        $null = New-PSDrive kvc -PSProvider Kv -Root '' -Store consul
        (Get-ChildItem kvc:/shop/fruit).PSChildName | Should -Be apple
        Set-Content kvc:/shop/fruit/pear green
        Get-KvValue shop/fruit/pear -ValueOnly | Should -Be green
        Remove-PSDrive kvc
    }

    It 'is walked by a drive, directory by directory' {
        Assert-DriveWalk consul
    }

    It 'is exported, imported, copied and compared' {
        Set-KvValue tree/a 1
        Set-KvValue tree/d/b ([byte[]](0xFF, 1))
        $file = Join-Path $TestFolder consul.json
        Export-KvTree tree $file -Force
        $null = Connect-KvStore -InMemory -Name other
        $null = Import-KvTree $file tree -Store other -PassThru
        Compare-KvTree tree -Store consul -DifferenceStore other | Should -BeNullOrEmpty
        $null = Copy-KvTree tree again -Store other -DestinationStore consul
        Compare-KvTree tree again -Store consul | Should -BeNullOrEmpty
        Select-KvStore consul
    }

    It 'completes keys and its address' {
        Set-KvValue words/one 1
        (TabExpansion2 'Get-KvValue words/o').CompletionMatches.CompletionText | Should -Contain words/one
        (TabExpansion2 'Connect-KvStore cons').CompletionMatches.ListItemText | Should -Contain "consul://$Consul"
    }

    It 'is registered under a name, without a token' {
        Register-KvStore cc "consul://$Consul" -Namespace teams/ -PassThru | ForEach-Object { $_.Address, $_.ApiVersion } | Should -Be "consul://$Consul", $null
        (Connect-KvStore cc).Namespace | Should -Be teams/
        Disconnect-KvStore cc
        Unregister-KvStore cc
        Select-KvStore consul
    }

    It 'takes the variables of Consul''s own tools where no host is named' {
        $env:CONSUL_HTTP_ADDR = "http://$Consul"
        $env:CONSUL_HTTP_TOKEN = 's3cr3t'
        try {
            # A server without ACLs takes any token.
            (Connect-KvStore consul:// -Name ours).Address | Should -Be "consul://$Consul"
            Disconnect-KvStore ours
            $env:CONSUL_HTTP_ADDR = 'unix:///nowhere'
            (Get-ErrorOf { Connect-KvStore consul:// }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        }
        finally {
            $env:CONSUL_HTTP_ADDR = $env:CONSUL_HTTP_TOKEN = $null
            Select-KvStore consul
        }
    }

    It 'takes a token, and shows it nowhere' {
        $secret = ConvertTo-SecureString b1g-s3cr3t -AsPlainText -Force
        $opened = Connect-KvStore "consul://$Consul" -Token $secret -Name tokened -Verbose 4>&1
        ($opened | Format-List * | Out-String) | Should -Not -Match s3cr3t
        ($opened | Where-Object { $_ -is [Valkeyrie.PowerShell.KvConnection] }).User | Should -BeNullOrEmpty
        Disconnect-KvStore tokened
        $failure = Get-ErrorOf { Connect-KvStore 127.0.0.1:1 -Token $secret }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        "$failure" | Should -Not -Match s3cr3t
        $both = Get-ErrorOf { Connect-KvStore "consul://$Consul" -Token $secret -Credential ([pscredential]::new('a', $secret)) }
        $both.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        Select-KvStore consul
    }
}
