# One program for every store: the samples run as they stand, and what the stores promise is what the page says.

BeforeDiscovery {
    $kinds = @(
        @{ Kind = 'memory'; Needs = @(); Output = 'output.txt'; Column = 'file, memory' }
        @{ Kind = 'file'; Needs = @(); Output = 'output.txt'; Column = 'file, memory' }
        @{ Kind = 'etcd'; Needs = 'etcd'; Output = 'output.txt'; Column = 'etcd' }
        @{ Kind = 'etcdv2'; Needs = 'etcd'; Output = 'output.etcdv2.txt'; Column = 'etcd by API 2' }
        @{ Kind = 'consul'; Needs = 'consul'; Output = 'output.txt'; Column = 'Consul' }
        @{ Kind = 'zookeeper'; Needs = 'zookeeper'; Output = 'output.txt'; Column = 'ZooKeeper' }
    )
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Sample = [IO.Path]::GetFullPath("$PSScriptRoot/../../samples/Portable")
    $server = Start-TestServer '--enable-v2'
    $authority = $server ? ([uri]$server).Authority : 'localhost:2379'
    $Address = @{
        memory    = 'memory:'
        file      = "embedded:$(Join-Path $TestFolder portable.db)"
        etcd      = "etcd://$authority"
        etcdv2    = "etcdv2://$authority"
        consul    = "consul://$(Start-TestConsul)"
        zookeeper = "zookeeper://$(Start-TestZooKeeper)"
    }

    # The rows of the page's table by their promise, each a table from column to cell.
    $rows = Get-Content "$PSScriptRoot/../../docs/en-US/about_Valkeyrie_Portability.md" | Where-Object { $_ -like '| *' }
    $columns = $rows[0].Trim('|') -split '\|' | ForEach-Object Trim
    $Table = [ordered]@{}
    foreach ($row in $rows | Select-Object -Skip 1) {
        $cells = $row.Trim('|') -split '\|' | ForEach-Object Trim
        $Table[$cells[0]] = @{}
        2..($columns.Count - 1) | ForEach-Object { $Table[$cells[0]][$columns[$_]] = $cells[$_] }
    }
}

AfterAll { Stop-TestServer }

foreach ($kind in $kinds) {
    Describe 'On <Kind>' -Tag $kind.Needs -ForEach $kind {
        It 'the portable programs write what stands beside them' {
            $expected = Get-Content (Join-Path $Sample $Output)
            & (Join-Path $Sample portable.ps1) -Address $Address[$Kind] -Module $ModulePath | Should -Be $expected
        }

        It 'Format-List shows the promises that the page lists' {
            $null = Connect-KvStore $Address[$Kind] -Name shown
            $PSStyle.OutputRendering = 'PlainText'
            $shown = [ordered]@{}
            foreach ($object in (Get-KvStore shown), (Get-KvStore shown).Promises) {
                $lines = ($object | Format-List | Out-String -Width 300) -split '\r?\n'
                foreach ($promise in $Table.Keys) {
                    $line = $lines -match "^$promise\s*: "
                    $line.Count | Should -Be 1 -Because "the list shows $promise"
                    $shown[$promise] = ($line[0] -replace '^\w+\s*: ' -replace '^True$', 'yes' -replace '^False$', 'no').Trim()
                }

                $shown.Keys | ForEach-Object { "$_ : $($shown[$_])" } | Should -Be ($Table.Keys | ForEach-Object { "$_ : $($Table[$_][$Column])" })
            }

            Disconnect-KvStore shown
        }
    }
}

Describe 'The page' {
    It 'lists every promise' {
        $promises = [Valkeyrie.KvPromises].GetProperties().Name -notlike '*Setting'
        $Table.Keys | Should -Be $promises
    }
}
