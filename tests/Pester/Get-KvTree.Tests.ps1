BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server
}

AfterAll { Stop-TestServer }

Describe 'Get-KvTree' -Tag etcd {
    BeforeAll {
        'app', 'app/a', 'app/b/c', 'app/d', 'application/x', 'leaf' | ForEach-Object { Set-KvValue $_ "value of $_" }
    }

    It 'lists a directory in key order, without its own key and without its neighbours' {
        Get-KvTree app | ForEach-Object Key | Should -Be app/a, app/b/c, app/d
        Get-KvTree app/ | ForEach-Object Key | Should -Be app/a, app/b/c, app/d
        Get-KvTree app | ForEach-Object Value | Select-Object -First 1 | Should -Be 'value of app/a'
    }

    It 'lists all keys without a path' {
        Get-KvTree | ForEach-Object Key | Should -Be app, app/a, app/b/c, app/d, application/x, leaf
    }

    It 'lists a prefix, whatever follows' {
        Get-KvTree -Prefix appl | ForEach-Object Key | Should -Be application/x
        Get-KvTree -Prefix app/ | ForEach-Object Key | Should -Be app/a, app/b/c, app/d
    }

    It 'lists several directories, also from the pipeline' {
        Get-KvTree application, app/b | ForEach-Object Key | Should -Be application/x, app/b/c
        'application', 'app/b' | Get-KvTree | ForEach-Object Key | Should -Be application/x, app/b/c
        [pscustomobject]@{ Path = 'app/b' } | Get-KvTree | ForEach-Object Key | Should -Be app/b/c
    }

    It 'lists nothing for a leaf' {
        Get-KvTree leaf | Should -BeNullOrEmpty
    }

    It 'says of a missing directory that it is not found, and goes on with the others' {
        $pairs = Get-KvTree missing, app/b -ErrorVariable failures -ErrorAction SilentlyContinue
        $pairs.Key | Should -Be app/b/c
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'KvKeyNotFound,*'
        $failures[0].CategoryInfo.Category | Should -Be ObjectNotFound
        $failures[0].TargetObject | Should -Be missing
    }

    It 'refuses <Name>, which must not mean all keys' -ForEach @(
        @{ Name = 'an empty path'; Given = '' }
        @{ Name = 'an unset variable'; Given = $null }
    ) {
        (Get-ErrorOf { Get-KvTree $Given }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        (Get-ErrorOf { Get-KvTree -Prefix $Given }).CategoryInfo.Category | Should -BeIn InvalidArgument, InvalidData
    }

    It 'leaves the values out with -KeysOnly' {
        $pair = Get-KvTree app/b -KeysOnly
        $pair.Key | Should -Be app/b/c
        $pair.KeyOnly | Should -BeTrue
        $pair.Value | Should -BeExactly ''
    }

    It 'counts with -Count' {
        Get-KvTree app -Count | Should -Be 3
        Get-KvTree -Prefix app -Count | Should -Be 5
        Get-KvTree leaf -Count | Should -Be 0
    }

    It 'pages with -First and -Skip' {
        Get-KvTree app -First 2 | ForEach-Object Key | Should -Be app/a, app/b/c
        Get-KvTree app -First 1 -Skip 1 | ForEach-Object Key | Should -Be app/b/c
        Get-KvTree app -Skip 2 | ForEach-Object Key | Should -Be app/d
        Get-KvTree app -Skip 5 | Should -BeNullOrEmpty
    }

    It 'tells the total exactly with -IncludeTotalCount' {
        $total, $pairs = Get-KvTree app -First 1 -IncludeTotalCount
        [uint64] $total | Should -Be 3
        $total.Accuracy | Should -Be 1
        $pairs.Key | Should -Be app/a
        Get-KvTree app -First 0 -IncludeTotalCount | Should -Be 3
    }

    It 'lists an older revision' {
        $before = (Set-KvValue old/a 1 -PassThru).Revision
        Set-KvValue old/b 2
        Get-KvTree old -Revision $before | ForEach-Object Key | Should -Be old/a
        Get-KvTree old -Serializable | ForEach-Object Key | Should -Be old/a, old/b
    }

    It 'does not show the keys that locks are made of' {
        Set-KvValue locked/a 1
        $held = Lock-KvKey locked/a
        Get-KvTree locked | ForEach-Object Key | Should -Be locked/a
        Get-KvTree locked -Count | Should -Be 1
        Unlock-KvKey $held
    }

    It 'lists all keys with -All, and says that -All:$false is nothing' {
        (Get-KvTree -All).Key | Should -Be (Get-KvTree).Key
        $failure = Get-ErrorOf { Get-KvTree -All:$false }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        "$failure" | Should -BeLike '*-Path*-Prefix*-All*'
    }

    It 'warns of a key that was taken for a directory, and of nothing else that lists nothing' {
        Set-KvValue plain 1
        Get-KvTree plain -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warnings" | Should -BeLike "'plain' is a key, and no key starts with 'plain/'. Get-KvValue plain reads it."
        Get-KvTree plain -Count -WarningVariable warnings -WarningAction SilentlyContinue | Should -Be 0
        $warnings | Should -HaveCount 1
        Set-KvValue plainer/x 1
        $null = Get-KvTree plainer -WarningVariable warnings
        $null = Get-KvTree plainer -Include none -WarningVariable +warnings
        $null = Get-KvTree plainer -Skip 5 -WarningVariable +warnings
        $null = Get-KvTree -Prefix none -WarningVariable +warnings
        $warnings | Should -BeNullOrEmpty
    }

    Context 'what is left out' {
        BeforeAll {
            'site/a.json', 'site/b.yml', 'site/conf/c.json', 'site/conf/deep/d.json', 'site/secret/a.json', 'site/[x]' | ForEach-Object { Set-KvValue $_ $_ }
        }

        It 'chooses by <Name>' -ForEach @(
            @{ Name = 'the last part of a key'; Choice = @{ Include = '*.json' }; Keys = 'a.json', 'conf/c.json', 'conf/deep/d.json', 'secret/a.json' }
            @{ Name = 'the whole key, where the pattern has a slash'; Choice = @{ Include = 'site/conf/*' }; Keys = 'conf/c.json', 'conf/deep/d.json' }
            @{ Name = 'the part below the directory, where the pattern has a slash'; Choice = @{ Include = 'conf/*', 'b/*' }; Keys = 'conf/c.json', 'conf/deep/d.json' }
            @{ Name = 'what is not wanted below the directory'; Choice = @{ Exclude = 'conf/*', 'secret/*' }; Keys = '[x]', 'a.json', 'b.yml' }
            @{ Name = 'several patterns, in any case'; Choice = @{ Include = 'A.*', '*.YML' }; Keys = 'a.json', 'b.yml', 'secret/a.json' }
            @{ Name = 'what is not wanted'; Choice = @{ Exclude = '*/secret/*', '*.yml' }; Keys = '[x]', 'a.json', 'conf/c.json', 'conf/deep/d.json' }
            @{ Name = 'the name of a directory, which is not wanted'; Choice = @{ Exclude = 'Secret', 'deep' }; Keys = '[x]', 'a.json', 'b.yml', 'conf/c.json' }
            @{ Name = 'a pattern of such a name'; Choice = @{ Exclude = '*on*' }; Keys = '[x]', 'b.yml' }
            @{ Name = 'a directory with its slash'; Choice = @{ Exclude = 'deep/', 'a.json/', 'secret/' }; Keys = '[x]', 'a.json', 'b.yml', 'conf/c.json' }
            @{ Name = 'a deeper directory with its slash'; Choice = @{ Exclude = 'conf/deep/', 'site/secret/' }; Keys = '[x]', 'a.json', 'b.yml', 'conf/c.json' }
            @{ Name = 'the directory itself, which is not below itself'; Choice = @{ Exclude = 'site', 'site/' }; Keys = '[x]', 'a.json', 'b.yml', 'conf/c.json', 'conf/deep/d.json', 'secret/a.json' }
            @{ Name = 'both'; Choice = @{ Include = '*.json'; Exclude = 'd*', '*/secret/*' }; Keys = 'a.json', 'conf/c.json' }
            @{ Name = 'an escaped bracket'; Choice = @{ Include = '`[x`]' }; Keys = , '[x]' }
            @{ Name = 'depth'; Choice = @{ Depth = 0 }; Keys = '[x]', 'a.json', 'b.yml' }
            @{ Name = 'a greater depth'; Choice = @{ Depth = 1; Include = '*.json' }; Keys = 'a.json', 'conf/c.json', 'secret/a.json' }
            @{ Name = 'the order from the last'; Choice = @{ Descending = $true; First = 2 }; Keys = 'secret/a.json', 'conf/deep/d.json' }
            @{ Name = 'a page of what is chosen'; Choice = @{ Include = '*.json'; Skip = 1; First = 2 }; Keys = 'conf/c.json', 'conf/deep/d.json' }
        ) {
            (Get-KvTree site @Choice).Key | Should -Be ($Keys | ForEach-Object { "site/$_" })
        }

        It 'counts what is chosen' {
            Get-KvTree site -Count -Include *.json | Should -Be 4
            Get-KvTree site -Count -Include conf/* | Should -Be 2
            Get-KvTree site -Count -Exclude conf | Should -Be 4
            Get-KvTree -Count -Include d.json -Exclude conf | Should -Be 0
            Get-KvTree -Prefix site/c -Count -Exclude site, deep | Should -Be 1
            Get-KvTree -Prefix si -Count -Include conf/* | Should -Be 0
            Get-KvTree site -Count -Depth 0 | Should -Be 3
            [uint64] (Get-KvTree site -First 0 -IncludeTotalCount -Include *.json) | Should -Be 4
        }

        It 'lists what was written since a revision' {
            $then = (Get-KvTree site | Measure-Object Revision -Maximum).Maximum
            Get-KvTree site -Since $then | Should -BeNullOrEmpty
            Set-KvValue site/b.yml again
            (Get-KvTree site -Since $then).Key | Should -Be site/b.yml
            Get-KvTree site -Since $then -Count | Should -Be 1
            (Get-KvTree site -Since 0).Count | Should -Be 6
        }

        It 'refuses <Name> with one error, whatever is piped' -ForEach @(
            @{ Name = 'a pattern that is none'; Choice = @{ Include = '[z-a' }; Says = '*`[z-a*-Include*' }
            @{ Name = 'an empty pattern'; Choice = @{ Exclude = '' }; Says = '*-Exclude is empty*' }
            @{ Name = 'a depth below zero'; Choice = @{ Depth = -1 }; Says = '*depth must be at least 0; it is -1*' }
            @{ Name = 'a revision below zero'; Choice = @{ Since = -1 }; Says = '*revision must be at least 0; it is -1*' }
        ) {
            $failure = @(Get-ErrorOf { 'site', 'app' | Get-KvTree @Choice })
            $failure.Count | Should -Be 1
            $failure[0].FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            "$($failure[0])" | Should -BeLike $Says
        }
    }

    Context 'Select-String behind it' {
        BeforeAll {
            Set-KvValue text/conf "host: db01`nport: 5432`nuser: db"
            Set-KvValue text/db 'no line of it'
        }

        It 'searches the values line by line, and tells the key and the line' {
            $found = Get-KvTree text | Select-String db
            $found | ForEach-Object { "$($_.Path):$($_.LineNumber):$($_.Line)" } | Should -Be 'text/conf:1:host: db01', 'text/conf:3:user: db'
            Get-KvTree text | Select-String nothing | Should -BeNullOrEmpty
        }

        It 'is known by its alias, in a pipeline of several lines, and behind Get-KvValue' {
            $found = & ([scriptblock]::Create("Get-KvTree text |`n sls 5432 |`n ForEach-Object Path"))
            $found | Should -Be text/conf
            (Get-KvValue text/conf | Select-String port).LineNumber | Should -Be 2
            Get-KvValue text/conf -ValueOnly | Select-String port -Quiet | Should -BeTrue
        }

        It 'searches the keys where only those were read' {
            "$(Get-KvTree text -KeysOnly | Select-String '/co')" | Should -Be text/conf
        }

        It 'is the only command that gets lines' {
            Get-KvTree text | ForEach-Object { $_ } | Should -BeOfType ([Valkeyrie.KvPair])
            (Get-KvTree text).Count | Should -Be 2
        }
    }

    Context 'what other commands write of pairs' {
        BeforeAll {
            $Binary = [byte[]] (0..255)
            Set-KvValue json/bytes $Binary
            Set-KvValue json/text "grüße`n"
            $Pairs = Get-KvTree json
        }

        It 'is key, text and revision in JSON, or Base64 and Encoding: <Name>' -ForEach @(
            @{ Name = 'from the pipeline'; Make = { Get-KvTree json | ConvertTo-Json } }
            @{ Name = 'from a variable'; Make = { $Pairs | ConvertTo-Json } }
            @{ Name = 'by -InputObject'; Make = { ConvertTo-Json $Pairs } }
            @{ Name = 'behind another command'; Make = { $Pairs | Where-Object Key | Sort-Object Key | ConvertTo-Json } }
            @{ Name = 'inside a hashtable'; Make = { "[$(ConvertTo-Json @{ a = $Pairs[0] } -Compress), $(ConvertTo-Json @{ a = $Pairs[1] } -Compress)]" -replace '\{"a":(\{.*?\})\}', '$1' } }
            @{ Name = 'without a PSObject around it'; Make = { "[$(ConvertTo-Json $Pairs[0].PSObject.BaseObject), $(ConvertTo-Json $Pairs[1].PSObject.BaseObject)]" } }
            @{ Name = 'in another runspace'; Make = { $Pairs | ForEach-Object -Parallel { $_ } | Sort-Object Key | ConvertTo-Json } }
        ) {
            $json = & $Make
            $json | Should -Not -Match '"Bytes"'
            $bytes, $text = $json | ConvertFrom-Json
            $text.Key, $text.Value, $text.Encoding, $text.Revision | Should -Be json/text, "grüße`n", $null, $Pairs[1].Revision
            $bytes.Key, $bytes.Encoding, $bytes.Revision | Should -Be json/bytes, base64, $Pairs[0].Revision
            [Convert]::FromBase64String($bytes.Value) | Should -Be $Binary
        }

        It 'is read back byte by byte: <Name>' -ForEach @(
            @{ Name = 'JSON by Import-KvTree'; To = 'a'; Move = { $Pairs | ConvertTo-Json | Set-Content "$TestDrive/pairs.json"; Import-KvTree "$TestDrive/pairs.json" a } }
            @{ Name = 'a table by Import-KvTree'; To = 'b'; Move = { $Pairs | Export-Csv "$TestDrive/pairs.csv"; Import-KvTree "$TestDrive/pairs.csv" b } }
            @{ Name = 'JSON by Set-KvValue'; To = 'c'; Move = { $Pairs | ConvertTo-Json | ConvertFrom-Json | ForEach-Object { $_.Key = "c/$($_.Key)"; $_ } | Set-KvValue } }
            @{ Name = 'a table by Set-KvValue'; To = 'd'; Move = { $Pairs | ConvertTo-Csv | ConvertFrom-Csv | ForEach-Object { $_.Key = "d/$($_.Key)"; $_ } | Set-KvValue } }
            @{ Name = 'CLIXML'; To = 'e'; Move = { $Pairs | Export-Clixml "$TestDrive/pairs.xml"; Import-Clixml "$TestDrive/pairs.xml" | Set-KvValue -Key { "e/$($_.Key)" } } }
            @{ Name = 'the pairs'; To = 'f'; Move = { $Pairs | Set-KvValue -Key { "f/$($_.Key)" } } }
        ) {
            & $Move
            (Get-KvValue "$To/json/bytes").Bytes -join ' ' | Should -Be ($Binary -join ' ')
            (Get-KvValue "$To/json/text").Value | Should -BeExactly "grüße`n"
        }

        It 'is refused of keys alone' {
            Get-KvTree json -KeysOnly | ConvertTo-Json | Set-Content "$TestDrive/keys.json"
            (Get-ErrorOf { Import-KvTree "$TestDrive/keys.json" jsonkeys }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidFile,*'
            $failure = Get-ErrorOf { Get-KvTree json -KeysOnly | Select-Object -Last 1 | ConvertTo-Json | ConvertFrom-Json | Set-KvValue }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            (Get-KvValue json/text).Revision | Should -Be $Pairs[1].Revision
        }

        It 'leaves the bytes to scripts that ask for them' {
            , $Pairs[0].Bytes | Should -BeOfType ([byte[]])
            , ($Pairs[0] | Select-Object Bytes).Bytes | Should -BeOfType ([byte[]])
            ($Pairs | ForEach-Object Bytes) -join ' ' | Should -Be (($Binary + $Pairs[1].Bytes) -join ' ')
            [byte[]] $Pairs[0] -join ' ' | Should -Be ($Binary -join ' ')
            $Pairs | ForEach-Object -Parallel { ([byte[]] $_).Length } | Sort-Object | Should -Be 8, 256
            ($Pairs[0] | Select-Object *).PSObject.Properties.Name | Should -Not -Contain Bytes
        }

        It 'is text or Base64 of <Name>, too' -ForEach @(
            @{ Name = 'events'; Make = { Watch-KvKey json/bytes -PreviousValue | Select-Object -First 1 } }
            @{ Name = 'history'; Make = { Get-KvHistory json/bytes } }
            @{ Name = 'differences'; Make = { Compare-KvTree json none -WarningAction Ignore } }
            @{ Name = 'transactions'; Make = { Invoke-KvTransaction -Then { Get-KvValue json/bytes } } }
            @{ Name = 'elections'; Make = { Get-KvElection boss } }
            @{ Name = 'events of elections'; Make = { Watch-KvElection boss | Select-Object -First 1 } }
            @{ Name = 'items of a drive'; Make = { Get-Item kv:/json/bytes | Select-Object * -ExcludeProperty PSDrive, PSProvider } }
        ) {
            $leadership = $Name -like '*elections' ? (Enter-KvElection boss -Value $Binary) : $null
            $json = & $Make | ConvertTo-Json -Depth 6 -Compress
            if ($leadership) {
                Exit-KvElection $leadership
            }

            $json | Should -Match ([regex]::Escape([Convert]::ToBase64String($Binary)))
            $json | Should -Not -Match '255\s*[,\]]'
        }
    }

    It 'is as recursive as Get-ChildItem -Recurse, and says so to -Recurse:$false' {
        Get-KvTree app -Recurse | ForEach-Object Key | Should -Be app/a, app/b/c, app/d
        "$(Get-ErrorOf { Get-KvTree app -Recurse:$false })" | Should -BeLike '*-Depth 1*'
        Get-KvTree app -Filter '*d' | ForEach-Object Key | Should -Be app/d
    }

    It 'streams: a later command that has enough ends it' {
        1..2000 | ForEach-Object { [pscustomobject]@{ Key = "many/$_"; Value = $_ } } | Set-KvValue
        Get-KvTree many | Select-Object -First 3 | Should -HaveCount 3
        Get-KvTree many -Count | Should -Be 2000
    }
}

Describe 'Get-KvTree -IncludeTtl' {
    BeforeAll {
        $null = Connect-KvStore -InMemory -Name times
        $lease = New-KvLease 3000 -Store times
        Set-KvValue live/a 1 -Lease $lease -Store times
        Set-KvValue live/b 1 -Ttl 300 -Store times
        Set-KvValue live/c 1 -Store times
    }

    AfterAll { Disconnect-KvStore times }

    It 'tells the times to live and what is left of them, and shows them' {
        $pairs = Get-KvTree live -IncludeTtl -Store times
        $pairs.Key | Should -Be live/a, live/b, live/c
        $pairs | Should -BeOfType Valkeyrie.KvPair
        $pairs[0].Ttl, $pairs[1].Ttl, $pairs[2].Ttl | Should -Be ([timespan] '00:50:00'), ([timespan] '00:05:00'), $null
        $pairs[1].Remaining | Should -BeGreaterThan ([timespan] '00:00:10')
        $pairs[1].Remaining | Should -BeLessOrEqual $pairs[1].Ttl
        $pairs[2].Remaining | Should -BeNullOrEmpty
        $lines = ($pairs | Out-String -Width 120).Trim() -split '\r?\n' -replace '\e\[[0-9;]*m'
        $lines[0] -replace '\s+', ' ' | Should -BeLike 'Revision Ttl Remaining Key Value*'
        $lines[2] | Should -Match '00:50:00 +00:[45]\d:\d\d +live/a +1'
        (Get-KvTree live -Store times)[0].Ttl | Should -BeNullOrEmpty
        (Get-KvTree live -IncludeTtl -First 1 -Skip 1 -Store times).Key | Should -Be live/b
        (Get-KvTree live -IncludeTtl -Descending -Store times).Key | Should -Be live/c, live/b, live/a
    }

    It 'gives pairs that are copied like any, also out of a job' {
        Get-KvTree live -IncludeTtl -Store times | Set-KvValue -Key { $_.Key -replace '^live', 'copied' } -Store times
        (Get-KvTree copied -Store times).Key | Should -Be copied/a, copied/b, copied/c
        $remains = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize((Get-KvTree live -IncludeTtl -Store times)[0]))
        $remains | Set-KvValue -Key live/d -Store times
        (Get-KvValue live/d -Store times).Value | Should -Be 1
    }

    It 'is refused with <Switch>' -ForEach @(
        @{ Switch = @{ KeysOnly = $true } }, @{ Switch = @{ Count = $true } }, @{ Switch = @{ AsHashtable = $true } }, @{ Switch = @{ Revision = 1 } }
    ) {
        (Get-ErrorOf { Get-KvTree live -IncludeTtl @Switch -Store times }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }
}
