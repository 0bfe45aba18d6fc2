BeforeDiscovery {
    $stores = @(
        @{ Name = 'etcd v3'; Needs = 'etcd'; Open = { Connect-KvStore $Server -Name main -Force } }
        @{ Name = 'an embedded store'; Needs = @(); Open = { Connect-KvStore -Path "$TestDrive/history.db" -Name main -Force } }
    )
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
}

AfterAll { Stop-TestServer }

foreach ($store in $stores) {
    Describe 'Get-KvHistory on <Name>' -Tag $store.Needs -ForEach $store {
        BeforeAll {
            $null = & $Open
            $written = 'one', 'two', 'three' | ForEach-Object { Set-KvValue plain $_ -PassThru }
            'a', 'b' | ForEach-Object { Set-KvValue lives $_ }
            Remove-KvValue lives
            Set-KvValue lives c
            Set-KvValue gone ([byte[]] (255, 0))
            Remove-KvValue gone
        }

        It 'shows the older revisions of a key, newest first' {
            $history = Get-KvHistory plain
            $history | Should -BeOfType Valkeyrie.KvPair
            $history.Value | Should -Be three, two, one
            $history.Revision | Should -Be ($written.Revision | Sort-Object -Descending)
            $history.Version | Should -Be 3, 2, 1
        }

        It 'shows as many as are asked for with -First' {
            (Get-KvHistory plain -First 2).Value | Should -Be three, two
            (Get-KvHistory plain | Select-Object -Skip 1 -First 1).Value | Should -Be two
            (Get-ErrorOf { Get-KvHistory plain -First 0 }).FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentValidationError,*'
        }

        It 'goes past a removal, which is seen with -AsEvent' {
            (Get-KvHistory lives).Value | Should -Be c, b, a
            (Get-KvHistory lives -SinceCreation).Value | Should -Be c
            $events = Get-KvHistory lives -AsEvent
            $events.Type | Should -Be Put, Delete, Put, Put
            $events.Value | Should -Be c, '', b, a
            (Get-KvHistory lives -AsEvent -First 2).Type | Should -Be Put, Delete
        }

        It 'brings a removed value back, byte for byte' {
            Get-KvHistory gone -First 1 | Set-KvValue
            (Get-KvValue gone -AsByteStream) | Should -Be 255, 0
        }

        It 'takes keys from the pipeline, and says of each unknown one that it does not exist' {
            $found = 'plain', 'unknown', 'lives' | Get-KvHistory -First 1 -ErrorVariable failures -ErrorAction SilentlyContinue
            $found.Value | Should -Be three, c
            $failures | Should -HaveCount 1
            $failures[0].FullyQualifiedErrorId | Should -BeLike 'KvKeyNotFound,*'
            $failures[0].TargetObject | Should -Be unknown
            (Get-KvTree -Prefix plai | Get-KvHistory).Value | Should -Be three, two, one
        }
    }
}

Describe 'Where history has been compacted' -Tag etcd {
    It 'it ends' {
        $null = Connect-KvStore $Server -Name main -Force
        $pairs = 1..5 | ForEach-Object { Set-KvValue compacted $_ -PassThru }
        $null = Invoke-Etcdctl compact $pairs[2].Revision
        (Get-KvHistory compacted).Value | Should -Be 5, 4, 3
    }
}
