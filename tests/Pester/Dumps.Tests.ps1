BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Connect-KvStore -InMemory -Name main

    $EtcdDump = '{"header":{"cluster_id":1,"member_id":2,"revision":4,"raft_term":2},"kvs":[{"key":"YXBwL2E=","create_revision":2,"mod_revision":2,"version":1,"value":"AP8="},{"key":"YXBwL2I=","create_revision":3,"mod_revision":3,"version":1},{"key":"YXBwL/8=","create_revision":4,"mod_revision":4,"version":1,"value":"eA==","lease":7587899220155638279}],"count":3}'
    $Consul = '[ { "key": "app/a", "flags": 0, "value": "AP8=" }, { "key": "app/b", "flags": 42, "value": "" } ]'
}

AfterAll { Stop-TestServer }

Describe 'Dumps of other tools' {
    It 'are imported, byte by byte: etcdctl' {
        foreach ($file in (New-TestFile etcd.json $EtcdDump), (New-TestFile gateway.json ($EtcdDump -replace '("\w+":)(\d+)', '$1"$2"'))) {
            Import-KvTree $file etcd -Prune -Force -Store main
            Get-KvTree etcd -Store main | ForEach-Object { [Convert]::ToHexString($_.Bytes) } | Should -Be 00FF, '', 78
            (Get-KvTree etcd -Store main)[2].GetKeyBytes()[-1] | Should -Be 0xFF
        }
    }

    It 'are imported, byte by byte: consul kv export, and its HTTP API' {
        Import-KvTree (New-TestFile consul.json $Consul) -All -Store main
        (Get-KvValue app/a -Store main).Bytes | Should -Be 0, 255
        Get-KvValue app/b -ValueOnly -Store main | Should -Be ''
        $api = New-TestFile api.json '[{"LockIndex":0,"Key":"app/a","Flags":0,"Value":"MQ==","CreateIndex":13,"ModifyIndex":13},{"LockIndex":0,"Key":"app/b","Flags":0,"Value":null,"CreateIndex":14,"ModifyIndex":14}]'
        Import-KvTree $api -All -Store main
        Get-KvValue app/a, app/b -ValueOnly -Store main | Should -Be 1, ''
    }

    It 'are what etcdctl really writes' -Tag etcd {
        $server = Start-TestServer
        $null = Connect-KvStore $server -Name real
        Set-KvValue dump/a 1 -Store real
        Set-KvValue dump/empty '' -Store real
        Set-KvValue dump/bytes ([byte[]] (0..255)) -Store real
        Set-KvValue dump/leased 1 -Ttl 60 -Store real
        $file = Join-Path $TestFolder real.json
        & $Etcdctl --endpoints $server get --prefix dump -w json | Set-Content $file
        Import-KvTree $file -All -Store main
        Compare-KvTree dump -DifferenceStore real -Store main | Should -BeNullOrEmpty
        & $Etcdctl --endpoints $server get --prefix dump --limit 2 -w json | Set-Content $file
        "$(Get-ErrorOf { Import-KvTree $file half -Store main })" | Should -BeLike '*incomplete*--limit*'
        & $Etcdctl --endpoints $server get --prefix dump --keys-only -w json | Set-Content $file
        "$(Get-ErrorOf { Import-KvTree $file half -Store main })" | Should -BeLike '*--keys-only*-Format EtcdJson*'
        & $Etcdctl --endpoints $server get --prefix none -w json | Set-Content $file
        (Import-KvTree $file half -PassThru -Store main).Written | Should -Be 0
        Disconnect-KvStore real
    }

    It 'are refused where <Name>, and nothing is written' -ForEach @(
        @{ Name = 'half of one is there'; Text = { $EtcdDump.Substring(0, 200) }; Says = 'line 1, column*not valid JSON' }
        @{ Name = 'pairs are missing'; Text = { $EtcdDump -replace '"count":3', '"count":4' }; Says = 'contains 3 of 4 pairs' }
        @{ Name = 'there are more'; Text = { $EtcdDump -replace '"count"', '"more":true,"count"' }; Says = '--limit' }
        @{ Name = 'a key is not Base64'; Text = { $EtcdDump -replace 'YXBwL2I=', '*' }; Says = 'line 1, column*key is not Base64' }
        @{ Name = 'a value is a list'; Text = { $EtcdDump -replace '"AP8="', '[1]' }; Says = 'line 1, column*not Base64 text' }
        @{ Name = 'a pair has a field that etcd does not know'; Text = { $EtcdDump -replace '"lease"', '"leases"' }; Says = "'leases'" }
        @{ Name = 'a pair of Consul''s has no flags'; Text = { $Consul -replace '"flags": 42, ' }; Says = 'has no flags' }
        @{ Name = 'a pair of Consul''s has no value'; Text = { $Consul -replace ', "value": ""' }; Says = 'has no value' }
        @{ Name = 'a value of Consul''s is not Base64'; Text = { $Consul -replace 'AP8=', '*' }; Says = 'line 1, column*Base64' }
        @{ Name = 'it was asked for as another'; Text = { $Consul }; Format = 'Json'; Says = "field 'flags'*-Format ConsulJson" }
        @{ Name = 'it was asked for as records'; Text = { $EtcdDump }; Format = 'Json'; Says = "field 'header'*-Format EtcdJson" }
        @{ Name = 'it fits two'; Text = { '{ "kvs": [] }' }; Says = '-Format EtcdJson*-Format NestedJson' }
    ) {
        $format = $Format ? @{ Format = $Format } : @{}
        $failure = Get-ErrorOf { Import-KvTree (New-TestFile bad.json (& $Text)) refused @format -Store main }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidFile,*'
        "$failure" | Should -BeLike "*bad.json*$Says*"
        Get-KvTree -Prefix refused -Store main | Should -BeNullOrEmpty
    }
}

Describe 'Pairs that PowerShell''s own commands wrote' {
    BeforeAll {
        Set-KvValue pairs/text 'grüße' -Store main
        Set-KvValue pairs/bytes ([byte[]] (0, 255)) -Store main
        $Text = Get-KvValue pairs/text -Store main
        $Bytes = Get-KvValue pairs/bytes -Store main
        # As they are written if a script selects them.
        $Numbers = '{ "Key": "pairs/bytes", "Bytes": [0, 255], "Value": "\u0000\uFFFD", "KeyOnly": false, "Revision": 3, "CreateRevision": 3, "Version": 1, "LeaseId": null, "Ttl": null }'
    }

    It 'are taken: <Name>' -ForEach @(
        @{ Name = 'one alone'; Make = { $Text | ConvertTo-Json } }
        @{ Name = 'several'; Make = { $Text, $Bytes | ConvertTo-Json } }
        @{ Name = 'one a line'; Make = { ($Text, $Bytes | ForEach-Object { ConvertTo-Json $_ -Compress }) -join "`n" } }
        @{ Name = 'one a line, in a file that says so'; File = 'pairs.jsonl'; Make = { ConvertTo-Json $Bytes -Compress } }
        @{ Name = 'bytes as an array of numbers'; Make = { $Numbers } }
        @{ Name = 'bytes as a text of numbers'; Make = { $Numbers -replace '\[0, 255\]', '"0 255"' } }
        @{ Name = 'a table with bytes as numbers'; File = 'pairs.csv'; Make = { "Key,Bytes`npairs/bytes,0 255" -replace '(?m)^Key,Bytes$', 'Key,Bytes,Value' -replace '255$', "255,`0$([char] 0xFFFD)" } }
    ) {
        $made = & $Make
        Import-KvTree (New-TestFile ($File ? $File : 'pairs.json') $made) -All -Store (Connect-KvStore -InMemory -Name taken)
        Get-KvTree -Store taken | Should -Not -BeNullOrEmpty
        Compare-KvTree -DifferenceStore taken -Store main | Where-Object { $_.RelativeKey -in (Get-KvTree -Store taken).Key } | Should -BeNullOrEmpty
        Disconnect-KvStore taken
    }

    It 'are refused where Value and Bytes contradict each other: <_>' -ForEach 'changed.json', 'changed.csv' {
        $made = $_ -like '*.json' ? ($Numbers -replace '\\u0000\\uFFFD', 'other') : "Key,Bytes,Value`na,49 50,12`nb,49 50,13`n"
        $failure = Get-ErrorOf { Import-KvTree (New-TestFile $_ $made) refused -Store main }
        "$failure" | Should -BeLike '*Value does not match its Bytes*'
        Get-KvTree -Prefix refused -Store main | Should -BeNullOrEmpty
    }

    It 'are refused where a line of them is cut off' {
        $failure = Get-ErrorOf { Import-KvTree (New-TestFile cut.jsonl "$($Numbers)`n$($Numbers.Substring(0, 60))") refused -Store main }
        "$failure" | Should -BeLike '*record 2*not valid JSON*'
        Get-KvTree -Prefix refused -Store main | Should -BeNullOrEmpty
    }

    It 'go to and from JSON lines' {
        $file = Join-Path $TestFolder lines.jsonl
        Export-KvTree pairs $file -Store main
        Get-Content $file | Should -HaveCount 2
        Get-Content $file | ConvertFrom-Json | ForEach-Object Key | Should -Be bytes, text
        Compare-KvTree pairs -DifferenceFile $file -Store main | Should -BeNullOrEmpty
    }
}
