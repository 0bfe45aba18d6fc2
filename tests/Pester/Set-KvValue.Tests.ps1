BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server -Name main
}

AfterAll { Stop-TestServer }

Describe 'Set-KvValue' -Tag etcd {
    It 'gathers keys into transactions, which share a revision, and with -ThrottleLimit 1 makes each by itself' {
        $together = 1..300 | ForEach-Object { "gather/$_" } | Set-KvValue -Value 1 -PassThru
        $together | Should -HaveCount 300
        @($together.Revision | Sort-Object -Unique).Count | Should -BeLessThan 300
        $alone = 1..300 | ForEach-Object { "gather/$_" } | Set-KvValue -Value 2 -PassThru -ThrottleLimit 1
        @($alone.Revision | Sort-Object -Unique) | Should -HaveCount 300
    }

    It 'reads as it looks: KEY VALUE' {
        Set-KvValue looks/a hello | Should -BeNullOrEmpty
        Get-KvValue looks/a -ValueOnly | Should -BeExactly hello
    }

    It 'warns once of a key that it was told with an empty part, and writes it: <Name>' -ForEach @(
        @{ Name = 'two slashes'; Run = { Set-KvValue empty//a 1 }; Key = 'empty//a' }
        @{ Name = 'a slash at the end'; Run = { Set-KvValue empty/b/ 1 }; Key = 'empty/b/' }
        @{ Name = 'a block that misspells a property'; Run = { 1..3 | ForEach-Object { [pscustomobject] @{ Name = $_ } } | Set-KvValue -Key { "empty/c/$($_.Nam)" } -Value 1 }; Key = 'empty/c/' }
    ) {
        $warnings = & $Run 3>&1
        $warnings | Should -HaveCount 1
        "$warnings" | Should -BeLike "The key '$Key' *"
        Test-KvKey $Key | Should -BeTrue
    }

    It 'warns neither of a slash at the beginning, nor of the keys of pairs' {
        Set-KvValue empty/of//pair 1 3>$null
        $warnings = & { Set-KvValue /registry/a 1; Set-KvValue / 1; Get-KvTree empty/of | Set-KvValue; [pscustomobject] @{ Key = 'empty/of//pair'; Value = 2 } | Set-KvValue } 3>&1
        $warnings | Should -BeNullOrEmpty
    }

    It 'emits the pair as written with -PassThru' {
        $pair = Set-KvValue pass/a 1 -PassThru
        $pair | Should -BeOfType Valkeyrie.KvPair
        $pair.Key | Should -BeExactly pass/a
        $pair.Revision | Should -Be (Get-KvValue pass/a).Revision
    }

    It 'stores <Name>' -ForEach @(
        @{ Name = 'text unchanged'; Value = "  a`r`nb`t "; Expected = "  a`r`nb`t " }
        @{ Name = 'Unicode text'; Value = 'grüße 你好 😀'; Expected = 'grüße 你好 😀' }
        @{ Name = 'the empty text'; Value = ''; Expected = '' }
        @{ Name = 'an integer'; Value = 42; Expected = '42' }
        @{ Name = 'a fraction, whatever the culture'; Value = 1.5; Expected = '1.5' }
        @{ Name = 'true'; Value = $true; Expected = 'true' }
        @{ Name = 'false'; Value = $false; Expected = 'false' }
        @{ Name = 'an enum by its name'; Value = [DayOfWeek]::Friday; Expected = 'Friday' }
        @{ Name = 'a date so that it can be read back'; Value = [DateTime]::new(2020, 2, 3, 4, 5, 6, [DateTimeKind]::Utc); Expected = '2020-02-03T04:05:06Z' }
        @{ Name = 'a time span'; Value = [TimeSpan]::FromMinutes(90); Expected = '01:30:00' }
        @{ Name = 'a GUID'; Value = [guid]'6f9619ff-8b86-d011-b42d-00c04fc964ff'; Expected = '6f9619ff-8b86-d011-b42d-00c04fc964ff' }
        @{ Name = 'an object as JSON'; Value = [pscustomobject]@{ a = 1; b = @(@{ c = @{ d = @{ e = @{ f = 1 } } } }) }; Expected = '{"a":1,"b":[{"c":{"d":{"e":{"f":1}}}}]}' }
        @{ Name = 'an array of one as JSON'; Value = , 'x'; Expected = '["x"]' }
        @{ Name = 'a wrapped text as that text'; Value = ('text' | Add-Member note property -PassThru); Expected = 'text' }
    ) {
        $culture = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = [cultureinfo] ([cultureinfo]::InvariantCulture.Clone())
            [cultureinfo]::CurrentCulture.NumberFormat.NumberDecimalSeparator = ','
            Set-KvValue -Key types/x -Value $Value
        } finally {
            [cultureinfo]::CurrentCulture = $culture
        }

        Get-KvValue types/x -ValueOnly | Should -BeExactly $Expected
    }

    It 'stores <Name> as they are' -ForEach @(
        @{ Name = 'bytes'; Value = [byte[]] (0..255) }
        @{ Name = 'one byte'; Value = [byte[]] @(0) }
        @{ Name = 'no bytes'; Value = [byte[]] @() }
        @{ Name = 'bytes that a pipeline has taken apart'; Value = @([byte[]] (0, 255, 7) | ForEach-Object { $_ }) }
    ) {
        Set-KvValue bytes/x $Value
        $stored = Get-KvValue bytes/x -AsByteStream
        , $stored | Should -BeOfType byte[]
        [Convert]::ToHexString($stored) | Should -BeExactly ([Convert]::ToHexString([byte[]] $Value))
    }

    It 'brings a binary value of 1 MiB back unchanged' {
        $bytes = [Security.Cryptography.RandomNumberGenerator]::GetBytes(1MB)
        Set-KvValue bytes/mib $bytes
        $stored = Get-KvValue bytes/mib -AsByteStream
        [Security.Cryptography.SHA256]::HashData($stored) | Should -Be ([Security.Cryptography.SHA256]::HashData($bytes))
    }

    It 'refuses $null and says to give an empty text' {
        $failure = Get-ErrorOf { Set-KvValue null/x $null }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        "$failure" | Should -BeLike "*''*"
        Test-KvKey null/x | Should -BeFalse
    }

    It 'refuses a <_>, whose secret would be lost or laid open' -ForEach 'SecureString', 'PSCredential' {
        $secret = ConvertTo-SecureString hush -AsPlainText -Force
        $value = $_ -eq 'SecureString' ? $secret : [pscredential]::new('me', $secret)
        (Get-ErrorOf { Set-KvValue secret/x $value }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }

    It 'refuses a script block without a pipeline, which would be stored as its text' {
        $failure = Get-ErrorOf { Set-KvValue block/a { $_.Name } }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        $failure.TargetObject | Should -Be block/a
        "$failure" | Should -BeLike '*Select-Object*'
        Test-KvKey block/a | Should -BeFalse
    }

    Context 'the pipeline' {
        It 'binds each object to one parameter, and writes a text, a row, a pair, an event and an entry of a hashtable alike' {
            $set = (Get-Command Set-KvValue).ParameterSets | Where-Object IsDefault
            ($set.Parameters | Where-Object { $_.ValueFromPipeline -or $_.ValueFromPipelineByPropertyName }).Name | Should -BeExactly InputObject
            ($set.Parameters | Where-Object Name -EQ InputObject).ParameterType | Should -Be ([object])
            Set-KvValue bound/pair blue
            $rows = [pscustomobject] @{ key = 'bound/row'; VALUE = 1.5 }, (Get-KvValue bound/pair), (Watch-KvKey bound/pair -Timeout 30 | Select-Object -First 1),
                [Collections.DictionaryEntry]::new('bound/entry', 'x'), [pscustomobject] @{ Key = 7; Value = 'seven' }
            ($rows | Set-KvValue -PassThru | ForEach-Object { "$($_.Key)=$($_.Value)" }) -join ' ' |
                Should -BeExactly 'bound/row=1.5 bound/pair=blue bound/pair=blue bound/entry=x 7=seven'
            (Set-KvValue -InputObject ([pscustomobject] @{ Key = 'bound/argument'; Value = 'z' }) -PassThru).Value | Should -BeExactly z
        }

        It 'names an object that it cannot write, in its turn, and writes the others: <Name>' -ForEach @(
            @{ Name = 'a null'; Make = { , $null }; Says = 'A null cannot be written: it has no key.*' }
            @{ Name = 'a row without a key'; Make = { [pscustomobject] @{ Name = 1 } }; Says = '*PSCustomObject*has no property Key.*Key and Value*' }
            @{ Name = 'a row whose key is null'; Make = { [pscustomobject] @{ Key = $null; Value = 1 } }; Says = '*its property Key is null.*' }
            @{ Name = 'a hashtable'; Make = { @{ Key = 'turn/h'; Value = 1 } }; Says = '*Hashtable*`[pscustomobject`]*' }
            @{ Name = 'an array'; Make = { , @('a', 'b') }; Says = '*Object`[`]*has no property Key.*' }
            @{ Name = 'a file'; Make = { Get-Item $PSScriptRoot/Common.ps1 }; Says = '*FileInfo*has no property Key.*' }
            @{ Name = 'a key that throws'; Make = { [pscustomobject] @{ Value = 1 } | Add-Member ScriptProperty Key { throw 'bad' } -PassThru }; Says = '*PSCustomObject cannot be read*bad*' }
            @{ Name = 'a time to live that throws'; Make = { [pscustomobject] @{ Key = 'turn/t'; Value = 1 } | Add-Member ScriptProperty Ttl { throw 'bad' } -PassThru }; Says = '*PSCustomObject cannot be read*bad*' }
            @{ Name = 'an encoding that throws'; Make = { [pscustomobject] @{ Key = 'turn/e'; Value = 1 } | Add-Member ScriptProperty Encoding { throw 'bad' } -PassThru }; Says = '*cannot be read*bad*' }
            @{ Name = 'a value that throws'; Make = { [pscustomobject] @{ Key = 'turn/v' } | Add-Member ScriptProperty Value { throw 'bad' } -PassThru }; Says = '*cannot be read*bad*' }
        ) {
            $said = & { [pscustomobject] @{ Key = 'turn/1'; Value = 1 }; & $Make; [pscustomobject] @{ Key = 'turn/2'; Value = 2 } } | Set-KvValue -PassThru 2>&1
            $said | Should -HaveCount 3
            $said[0].Key, $said[2].Key | Should -Be turn/1, turn/2
            $said[1].FullyQualifiedErrorId | Should -BeExactly 'KvInvalidArgument,Valkeyrie.PowerShell.Commands.SetKvValueCommand'
            "$($said[1])" | Should -BeLike $Says
        }

        It 'takes keys by value' {
            'p/k1', 'p/k2' | Set-KvValue -Value same
            'p/k1', 'p/k2' | Get-KvValue -ValueOnly | Should -Be same, same
        }

        It 'takes the rows of a CSV file, with a time to live where there is one' {
            "Key,Value,Ttl`ncsv/a,1,`ncsv/b,two,300" | Set-Content "$TestDrive/x.csv"
            Import-Csv "$TestDrive/x.csv" | Set-KvValue
            Get-KvTree csv | ForEach-Object Value | Should -Be '1', 'two'
            (Get-KvValue csv/a).LeaseId | Should -BeNullOrEmpty
            (Get-KvValue csv/b).LeaseId | Should -Not -Be 0
        }

        It 'warns of selected pairs without Encoding whose Value can be Base64, and of no others' {
            Set-KvValue selected/a ([byte[]] (255, 0, 1))
            Set-KvValue selected/b ([byte[]] (254, 0, 1))
            Set-KvValue selected/c 'a text'
            Get-KvTree selected | Select-Object @{ Name = 'Key'; Expression = { "to/$($_.Key)" } }, Value | Set-KvValue -WarningVariable warnings -WarningAction SilentlyContinue
            $warnings | Should -HaveCount 1
            "$warnings" | Should -BeLike "*to/selected/a*Select-Object Key, Value, Encoding*"
            Get-KvTree selected | Select-Object Key, Value, Encoding | Set-KvValue -Key { $_.Key -replace '^', 'to/' } -WarningVariable warnings
            [pscustomobject]@{ Key = 'to/x'; Value = 'blue' } | Set-KvValue -WarningVariable +warnings
            Get-KvValue selected/c | Select-Object Key, Value | Set-KvValue -WarningVariable +warnings
            $warnings | Should -BeNullOrEmpty
            (Get-KvTree to/selected).Bytes | Should -Be (Get-KvTree selected).Bytes
        }

        It 'takes objects with Key, Value and Ttl' {
            $pair = [pscustomobject]@{ Key = 'p/o'; Value = 1; Ttl = 30 } | Set-KvValue -PassThru
            $pair.Ttl | Should -Be ([TimeSpan]::FromSeconds(30))
            $pair.LeaseId | Should -Not -Be 0
        }

        It 'takes the time to live of each object from its property TimeToLive, or from a block of -Ttl' {
            ([pscustomobject]@{ Key = 'p/long'; Value = 1; TimeToLive = '00:01:00' } | Set-KvValue -PassThru).Ttl | Should -Be ([timespan]::FromMinutes(1))
            $pairs = [pscustomobject]@{ Key = 'p/b1'; Value = 1; Days = 1; Ttl = 30 }, [pscustomobject]@{ Key = 'p/b2'; Value = 1; Days = 2; Ttl = 30 } | Set-KvValue -Ttl { $_.Days * 86400 } -PassThru
            $pairs.Ttl | Should -Be ([timespan]::FromDays(1)), ([timespan]::FromDays(2))
            ([pscustomobject]@{ Key = 'p/over'; Value = 1; Ttl = 30 } | Set-KvValue -Ttl 60 -PassThru).Ttl | Should -Be ([timespan]::FromMinutes(1))
            (Get-ErrorOf { Set-KvValue p/lone 1 -Ttl { 30 } }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        }

        It 'refuses the time to live of one object with its key, and writes the others' {
            $rows = [pscustomobject]@{ Key = 'p/bad'; Value = 1; Ttl = 'soon' }, [pscustomobject]@{ Key = 'p/none'; Value = 1; Ttl = '' }, [pscustomobject]@{ Key = 'p/zero'; Value = 1; Ttl = 0 }
            $written = $rows | Set-KvValue -PassThru -ErrorVariable failures -ErrorAction SilentlyContinue
            $written.Key | Should -Be 'p/none'
            $failures.TargetObject | Should -Be 'p/bad', 'p/zero'
            "$($failures[0])" | Should -BeLike '*not a duration*'
        }

        It 'takes a key that is a number as that number' {
            [pscustomobject]@{ Key = 77; Value = 'x' } | Set-KvValue
            Test-KvKey 77 | Should -BeTrue
        }

        It 'takes the entries of a hashtable' {
            @{ 'h/a' = 1; 'h/b' = 2 }.GetEnumerator() | Set-KvValue
            Get-KvTree h | ForEach-Object Value | Should -Be 1, 2
        }

        It 'copies a tree to another store byte for byte' {
            $bytes = [byte[]] (255, 0, 254)
            Set-KvValue copy/a $bytes
            Set-KvValue copy/b grüße
            $other = Connect-KvStore $Server -Namespace other/ -Name other
            Select-KvStore main
            Get-KvTree copy | Set-KvValue -Store $other
            (Get-KvValue copy/a -Store other -AsByteStream) | Should -Be $bytes
            Get-KvValue other/copy/b -ValueOnly | Should -BeExactly grüße
        }

        It 'copies to other keys byte for byte, and events too' {
            $bytes = [byte[]] (0, 255, 1)
            Set-KvValue old/a $bytes
            Get-KvTree old | Set-KvValue -Key { $_.Key -replace '^old/', 'new/' }
            (Get-KvValue new/a -AsByteStream) | Should -Be $bytes
            Watch-KvTree old | Select-Object -First 1 | Set-KvValue -Key { "seen/$($_.Key)" }
            (Get-KvValue seen/old/a -AsByteStream) | Should -Be $bytes
            Get-KvTree old | Set-KvValue -Key old/b -Value replaced
            Get-KvValue old/b -ValueOnly | Should -Be replaced
        }

        It 'refuses to write a pair that was listed without its value to another key' {
            Set-KvValue bare/a 1
            $failure = Get-ErrorOf { Get-KvTree bare -KeysOnly | Set-KvValue -Key { "$($_.Key)2" } }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            Test-KvKey bare/a2 | Should -BeFalse
        }

        It 'writes nothing for a row or key without a value, and says what is missing: <Name>' -ForEach @(
            @{ Name = 'a row'; Run = { [pscustomobject]@{ Key = 'rows/x' } | Set-KvValue } }
            @{ Name = 'a row behind one with a value'; Run = { [pscustomobject]@{ Key = 'rows/y'; Value = 1 }, [pscustomobject]@{ Key = 'rows/x' } | Set-KvValue } }
            @{ Name = 'a key'; Run = { 'rows/x' | Set-KvValue } }
            @{ Name = 'no pipeline at all'; Run = { Set-KvValue rows/x } }
        ) {
            $failure = Get-ErrorOf $Run
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            $failure.TargetObject | Should -Be rows/x
            "$failure" | Should -BeLike "*No value*rows/x*''*"
            Test-KvKey rows/x | Should -BeFalse
        }

        It 'takes a value where the key is given' {
            $text = "one`r`ntwo`n"
            Set-Content "$TestDrive/text" $text -NoNewline
            Get-Content "$TestDrive/text" -Raw | Set-KvValue values/text
            Get-KvValue values/text -ValueOnly | Should -BeExactly $text
            'grüße' | Set-KvValue -Key values/named
            Get-KvValue values/named -ValueOnly | Should -BeExactly grüße
            42 | Set-KvValue values/number
            Get-KvValue values/number -ValueOnly | Should -BeExactly 42
            [pscustomobject]@{ a = 1 } | Set-KvValue values/object
            Get-KvValue values/object -ValueOnly | Should -BeExactly '{"a":1}'
            '' | Set-KvValue values/empty
            Get-KvValue values/empty -ValueOnly | Should -BeExactly ''
            , [byte[]] (0, 255) | Set-KvValue values/bytes
            (Get-KvValue values/bytes -AsByteStream) | Should -Be 0, 255
        }

        It 'takes a value for each key that a script block makes of it' {
            'a', 'b' | Set-KvValue -Key { "made/$_" }
            (Get-KvTree made).Key | Should -Be made/a, made/b
            (Get-KvTree made).Value | Should -Be a, b
        }

        It 'takes the value that a script block makes of each object, with and without one for the key' {
            $rows = [pscustomobject]@{ Name = 'a'; Key = 'own/a'; Setting = 007 }, [pscustomobject]@{ Name = 'b'; Key = 'own/b'; Setting = @{ x = 1 } }
            $rows | Set-KvValue -Key { "blocks/$($_.Name)" } -Value { $_.Setting }
            (Get-KvTree blocks).Value | Should -Be 7, '{"x":1}'
            $rows | Set-KvValue -Value { "$($_.Name)!" }
            (Get-KvTree own).Value | Should -Be a!, b!
            Get-KvTree own | Set-KvValue -Value { $_.Value.ToUpper() }
            (Get-KvTree own).Value | Should -Be A!, B!
            'own/a', 'own/b' | Set-KvValue -Value { "of $_" }
            (Get-KvTree own).Value | Should -Be 'of own/a', 'of own/b'
            'own/a' | Set-KvValue -Value { 1, 2 }
            Get-KvValue own/a -ValueOnly | Should -Be '[1,2]'
        }

        It 'tells of each object for which the block <Name>, and goes on with the others' -ForEach @(
            @{ Name = 'fails'; Block = { if ($_ -eq 'faulty/b') { throw 'no such setting' } $_ }; Says = '*faulty/b*no such setting*' }
            @{ Name = 'makes nothing'; Block = { if ($_ -ne 'faulty/b') { $_ } }; Says = '*returned no value*faulty/b*' }
        ) {
            'faulty/a', 'faulty/b', 'faulty/c' | Set-KvValue -Value $Block -ErrorVariable failures -ErrorAction SilentlyContinue
            (Get-KvTree faulty).Key | Should -Be faulty/a, faulty/c
            $shown = @($failures | Where-Object { $_ -is [Management.Automation.ErrorRecord] -and $_.FullyQualifiedErrorId -like 'KvInvalidArgument,*' })
            $shown.Count | Should -Be 1
            $shown[0].TargetObject | Should -Be faulty/b
            "$($shown[0])" | Should -BeLike $Says
        }

        It 'refuses bytes that come one by one as the value, at once' {
            $failure = Get-ErrorOf { [byte[]] (1, 2, 3) | Set-KvValue apart }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            $failure.TargetObject | Should -Be apart
            Test-KvKey apart | Should -BeFalse
        }

        It 'takes pairs and events that come out of a job byte for byte' {
            $bytes = [byte[]] (255, 0, 254)
            $made = Start-Job -ArgumentList $ModulePath {
                param($module)
                Import-Module $module
                $null = Connect-KvStore -InMemory
                $value = [byte[]] (255, 0, 254)
                Set-KvValue job/a $value
                Get-KvValue job/a
                Set-KvValue job/event $value
                Watch-KvKey job/event | Select-Object -First 1
            } | Receive-TestJob
            $made[0].PSTypeNames[0] | Should -Be Deserialized.Valkeyrie.KvPair
            $made | Set-KvValue
            $made[0] | Set-KvValue -Key job/b
            'job/a', 'job/b', 'job/event' | ForEach-Object { (Get-KvValue $_ -AsByteStream) | Should -Be $bytes }
        }

        It 'takes the bytes of such a pair as a list of numbers, too' {
            $remains = [pscustomobject]@{ Key = 'job/list'; Value = '?'; Bytes = [Collections.ArrayList] @(255, 0, 254); KeyOnly = $false }
            $remains.PSTypeNames.Insert(0, 'Deserialized.Valkeyrie.KvPair')
            $remains | Set-KvValue
            (Get-KvValue job/list -AsByteStream) | Should -Be 255, 0, 254
        }

        It 'copies what a watch tells, and refuses a delete' {
            Set-KvValue events/a ([byte[]] (255, 1))
            $first = (Get-KvValue events/a).Revision
            Remove-KvValue events/a
            $mirror = Connect-KvStore $Server -Namespace mirror/ -Name mirror
            Select-KvStore main
            $failure = Get-ErrorOf { Watch-KvTree events -FromRevision $first | Select-Object -First 2 | Set-KvValue -Store $mirror }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            "$failure" | Should -BeLike '*Remove-KvValue*'
            (Get-KvValue mirror/events/a -AsByteStream) | Should -Be ([byte[]] (255, 1))
        }

        It 'refuses a pair that was listed without its value' {
            Set-KvValue keyonly/a 1
            $failure = Get-ErrorOf { Get-KvTree keyonly -KeysOnly | Set-KvValue }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            $failure.TargetObject | Should -Be keyonly/a
            Get-KvValue keyonly/a -ValueOnly | Should -Be 1
        }

        It 'does not take the revision of a piped pair for a condition' {
            Set-KvValue stale/a 1
            $old = Get-KvValue stale/a
            Set-KvValue stale/a 2
            $old | Set-KvValue
            Get-KvValue stale/a -ValueOnly | Should -Be 1
        }
    }

    Context 'a time to live' {
        It 'is a number of seconds or a TimeSpan: <_>' -ForEach 60, '60', 60.0, '00:01:00', ([TimeSpan]::FromMinutes(1)) {
            (Set-KvValue ttl/x 1 -Ttl $_ -PassThru).Ttl | Should -Be ([TimeSpan]::FromMinutes(1))
        }

        It 'of a fraction of a second is rounded up' {
            (Set-KvValue ttl/x 1 -Ttl 59.2 -PassThru).Ttl | Should -Be ([TimeSpan]::FromMinutes(1))
        }

        It 'ends the key' {
            Set-KvValue ttl/short 1 -Ttl 1
            Watch-KvKey ttl/short -Timeout 60 | Select-Object -First 2 | ForEach-Object Type | Should -Be Existing, Delete
        }

        It 'of <_> is refused' -ForEach 0, -1, -0.5 {
            $failure = Get-ErrorOf { Set-KvValue ttl/bad 1 -Ttl $_ }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            $failure.TargetObject | Should -Be ttl/bad
            Test-KvKey ttl/bad | Should -BeFalse
        }

        It 'that is none is refused: <_>' -ForEach 'soon', [double]::NaN, [double]::MaxValue {
            (Get-ErrorOf { Set-KvValue ttl/bad 1 -Ttl $_ }).FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentTransformationError,*'
        }

        It 'is renewed with -KeepAlive until the store is disconnected' {
            $keeping = Connect-KvStore $Server -Name keeping
            Select-KvStore main
            $pair = Set-KvValue ttl/kept 1 -Ttl 5 -KeepAlive -Store keeping -PassThru
            $lease = '{0:x}' -f $pair.LeaseId
            Wait-Until { (Invoke-Etcdctl lease timetolive $lease) -match 'remaining\(3s\)' } 'the lease has grown old'
            Wait-Until { (Invoke-Etcdctl lease timetolive $lease) -match 'remaining\([45]s\)' } 'the lease has been renewed'
            Test-KvKey ttl/kept | Should -BeTrue
            Disconnect-KvStore $keeping
            Test-KvKey ttl/kept | Should -BeFalse
        }

        It 'warns once, with the next command of the store, if <Name> that is kept alive is lost' -ForEach @(
            @{ Name = 'a key'; Keep = { (Set-KvValue ttl/lost 1 -Ttl 3 -KeepAlive -Store keeping -PassThru).LeaseId }; Warning = "The key 'ttl/lost' is no longer kept alive: *" }
            @{ Name = 'a lease'; Keep = { (New-KvLease 3 -KeepAlive -Store keeping).Id }; Warning = 'The lease {0:x} is no longer kept alive: *' }
        ) {
            $null = Connect-KvStore $Server -Name keeping
            Select-KvStore main
            $id = & $Keep
            Remove-KvLease $id -Store main -Confirm:$false
            $warnings = [Collections.Generic.List[string]]::new()
            Wait-Until {
                $null = Test-KvKey other -Store keeping -WarningVariable shown -WarningAction SilentlyContinue
                $shown | ForEach-Object { $warnings.Add("$_") }
                $warnings.Count
            } 'the warning'
            $null = Test-KvKey other -Store keeping -WarningVariable shown -WarningAction SilentlyContinue
            $shown | Should -BeNullOrEmpty
            $warnings.Count | Should -Be 1
            $warnings[0] | Should -BeLike ($Warning -f $id)
            Disconnect-KvStore keeping
        }

        It 'does not forget a loss, and warns of it with <Name>' -ForEach @(
            @{ Name = 'Disconnect-KvStore'; Run = { Disconnect-KvStore losing 3>&1 } }
            @{ Name = 'Connect-KvStore -Force'; Run = { Connect-KvStore -InMemory -Name losing -Force 3>&1 } }
            @{ Name = 'a drive'; Run = { Get-ChildItem losing: 3>&1 } }
            @{ Name = '-DestinationStore'; Run = { Copy-KvTree copied -Store copying -DestinationStore losing 3>&1 } }
        ) {
            $store = Connect-KvStore -InMemory -Name losing
            $null = Connect-KvStore -InMemory -Name copying
            Select-KvStore main
            Set-KvValue copied/a 1 -Store copying
            $null = New-PSDrive losing -PSProvider Kv -Root '' -Store losing

            # As after an outage.
            $losses = (Get-Command Set-KvValue).ImplementingType.Assembly.GetType('Valkeyrie.PowerShell.Sessions.KeepAliveLosses')
            1..7 | ForEach-Object { $losses.GetMethod('RecorderOf').Invoke($null, @($store.Store)).Invoke([Valkeyrie.KvKeepAliveLoss]::new("a/$_", $null)) }
            $shown = & $Run | Where-Object { $_ -is [Management.Automation.WarningRecord] } | ForEach-Object { "$_" }
            $shown | Select-Object -First 5 | Should -BeLike "The key 'a/?' is no longer kept alive: *"
            $shown | Select-Object -Skip 5 | Should -BeLike '2 more keys or leases are no longer kept alive. *'
            Get-PSDrive losing | Remove-PSDrive
            Get-KvStore | Where-Object Name -In losing, copying | Disconnect-KvStore -WarningVariable again
            $again | Should -BeNullOrEmpty
        }
    }

    Context 'a lease' {
        It 'is given as such, as its number, or as the text of that: <Name>' -ForEach @(
            @{ Name = 'a lease'; As = { param($lease) $lease } }
            @{ Name = 'a number'; As = { param($lease) $lease.Id } }
            @{ Name = 'hexadecimal text'; As = { param($lease) '{0:x}' -f $lease.Id } }
            @{ Name = 'hexadecimal text with 0x'; As = { param($lease) '0x{0:X}' -f $lease.Id } }
            @{ Name = 'what is left of it after a job'; As = { param($lease) [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($lease)) } }
        ) {
            $lease = New-KvLease 300
            Set-KvValue leased/a 1 -Lease (& $As $lease)
            (Get-KvValue leased/a).LeaseId | Should -Be $lease.Id
            Get-KvValue leased/a | Set-KvValue -Key leased/b -Lease $lease
            Remove-KvLease $lease
            Test-KvKey leased/a, leased/b | Should -Be $false, $false
        }

        It 'is not taken along when a pair is copied' {
            $lease = New-KvLease 300
            Set-KvValue leased/c 1 -Lease $lease
            Get-KvValue leased/c | Set-KvValue
            (Get-KvValue leased/c).LeaseId | Should -BeNullOrEmpty
            Remove-KvLease $lease
        }

        It 'that is none is refused, and nothing written: <Name>' -ForEach @(
            @{ Name = 'null, as of an unset variable'; Lease = $null; Id = 'ParameterArgumentTransformationError' }
            @{ Name = 'some text'; Lease = 'nope'; Id = 'ParameterArgumentTransformationError' }
            @{ Name = 'no lease, by its number'; Lease = 0; Id = 'KvInvalidArgument' }
            @{ Name = 'a lease that does not exist'; Lease = 0x4711; Id = 'KvLeaseNotFound' }
        ) {
            (Get-ErrorOf { Set-KvValue leased/bad 1 -Lease $Lease }).FullyQualifiedErrorId | Should -BeLike "$Id,*"
            Test-KvKey leased/bad | Should -BeFalse
        }

        It 'and a time to live cannot be given together' {
            $lease = New-KvLease 300
            (Get-ErrorOf { Set-KvValue leased/bad 1 -Lease $lease -Ttl 60 }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            Remove-KvLease $lease
        }
    }

    Context 'conditions' {
        It '-NoClobber writes a new key and leaves an old one' {
            Set-KvValue if/a 1 -NoClobber
            $failure = Get-ErrorOf { Set-KvValue if/a 2 -NoClobber }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvKeyExists,*'
            $failure.CategoryInfo.Category | Should -Be ResourceExists
            $failure.TargetObject | Should -Be if/a
            Get-KvValue if/a -ValueOnly | Should -Be 1
        }

        It '-IfRevision writes over that revision alone' {
            $pair = Set-KvValue if/b 1 -PassThru
            $next = Set-KvValue if/b 2 -IfRevision $pair.Revision -PassThru
            $failure = Get-ErrorOf { Set-KvValue if/b 3 -IfRevision $pair.Revision }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvKeyModified,*'
            $failure.Exception.CurrentRevision | Should -Be $next.Revision
            Get-KvValue if/b -ValueOnly | Should -Be 2
        }

        It '-IfRevision 0 means that the key must not exist' {
            Set-KvValue if/c 1 -IfRevision 0
            (Get-ErrorOf { Set-KvValue if/c 2 -IfRevision 0 }).FullyQualifiedErrorId | Should -BeLike 'KvKeyExists,*'
        }

        It 'refuses both together' {
            (Get-ErrorOf { Set-KvValue if/d 1 -NoClobber -IfRevision 5 }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        }
    }

    It 'writes nothing with -WhatIf' {
        Set-KvValue whatif/a 1 -WhatIf
        Test-KvKey whatif/a | Should -BeFalse
    }
}
