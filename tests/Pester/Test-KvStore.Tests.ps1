BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer '--enable-v2=true'
    $dead = "http://127.0.0.1:$(Get-FreePort)"
}

AfterAll { Stop-TestServer }

Describe 'Test-KvStore' -Tag etcd {
    AfterEach { Get-KvStore | Disconnect-KvStore }

    It 'tells of each endpoint whether it serves, and why it does not' {
        $null = Connect-KvStore $dead, $Server -Name both
        $endpoints = Test-KvStore
        $endpoints.Endpoint | Should -Be $dead, $Server -Because 'they come in the order in which they were given'
        $endpoints.IsReachable | Should -Be $false, $true
        $endpoints.IsServing | Should -Be $false, $true
        $endpoints.Store | Should -Be both, both
        $endpoints[0].Reason | Should -BeLike "*$dead*"
        $endpoints[0].ErrorCode | Should -Be Unreachable
        $endpoints[0].Latency | Should -BeNullOrEmpty
        $endpoints[1].Version | Should -Match '^3\.\d+\.\d+'
        $endpoints[1].IsLeader | Should -BeTrue
        $endpoints[1].Latency | Should -BeGreaterThan ([timespan]::Zero)
        $endpoints[1].Reason | Should -BeNullOrEmpty
    }

    It 'serves every kind of store: <Name>' -ForEach @(
        @{ Name = 'etcd'; Connect = { Connect-KvStore $Server }; Version = '^3\.'; Leader = $true }
        @{ Name = 'etcd by its older API'; Connect = { Connect-KvStore $Server -ApiVersion 2 }; Version = '^3\.'; Leader = $true }
        @{ Name = 'a file'; Connect = { Connect-KvStore -Path (Join-Path $TestFolder tested.db) }; Version = '^SQLite 3\.'; Leader = $null }
        @{ Name = 'memory'; Connect = { Connect-KvStore -InMemory }; Version = '^SQLite 3\.'; Leader = $null }
    ) {
        $store = & $Connect
        $endpoint = $store | Test-KvStore
        $endpoint.Endpoint | Should -Be $store.Endpoints[0]
        $endpoint.IsServing | Should -BeTrue
        $endpoint.Version | Should -Match $Version
        $endpoint.IsLeader | Should -Be $Leader
        $endpoint.Store | Should -Be $store.Name
    }

    It 'takes several stores from the pipeline and by their names' {
        $null = Connect-KvStore -InMemory -Name a
        $null = Connect-KvStore -InMemory -Name b
        (Get-KvStore | Test-KvStore).Store | Should -Be a, b
        ('b', 'a' | Test-KvStore).Store | Should -Be b, a
        (Test-KvStore a).Store | Should -Be a
    }

    It 'goes on with the others after <Name>' -ForEach @(
        @{ Name = 'an unknown name'; Given = { 'nowhere' }; Id = 'KvStoreNotFound' }
        @{ Name = 'a store that is closed'; Given = { $gone = Connect-KvStore -InMemory; Disconnect-KvStore $gone; $gone }; Id = 'KvStoreClosed' }
    ) {
        $null = Connect-KvStore -InMemory -Name a
        $endpoint = (& $Given), 'a' | Test-KvStore -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $endpoint.Store | Should -Be a
    }

    It 'waits no longer than -Timeout for an endpoint that is silent, and refuses one without time' {
        $silent = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $silent.Start()
        try {
            $quiet = "http://127.0.0.1:$($silent.LocalEndpoint.Port)"
            $half = [Valkeyrie.KvStore]::Open("etcd://$(([uri]$Server).Authority),$(([uri]$quiet).Authority)")
            $endpoint = Test-KvStore $half -Timeout 0.3 | Where-Object Endpoint -EQ $quiet
            $endpoint.IsReachable | Should -BeFalse
            $endpoint.Reason | Should -BeLike "*$quiet*0.3 s*"
            (Get-ErrorOf { Test-KvStore $half -Timeout 0 }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        } finally {
            $silent.Stop()
        }
    }

    It 'ends at once with Ctrl+C' {
        $silent = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $silent.Start()
        try {
            Stop-AtWork "Test-KvStore ([Valkeyrie.KvStore]::Open('etcd://127.0.0.1:$($silent.LocalEndpoint.Port)')) -Timeout 600" { $silent.Pending() } | Should -Be Stopped
        } finally {
            $silent.Stop()
        }
    }
}
