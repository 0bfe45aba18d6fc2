BeforeAll {
    . $PSScriptRoot/Common.ps1
    $main = Connect-KvStore -InMemory -Name main

    # The keys below a directory, with their values: KEY=VALUE.
    function Get-Tree([string] $Path) { Get-KvTree $Path -Store main | ForEach-Object { "$($_.Key.Substring($Path.Length + 1))=$($_.Value)" } }

    # One configuration in every form, and its keys. A list among them has more than ten elements, whose keys are not in their order.
    $Long = '0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100'
    $Pairs = 'db/host=db01', 'db/name=', 'db/ports/0=5432', 'db/ports/1=5433', 'debug=false', @(0, 1, 10, 2, 3, 4, 5, 6, 7, 8, 9 | ForEach-Object { "long/$_=$($_ * 10)" }),
        'servers/0/name=a', 'servers/1/name=b', 'title=grüße 你好 😀', 'version=1.10', 'zip=007' | ForEach-Object { $_ }
    $Forms = @{
        'conf.json' = "{ `"db`": { `"host`": `"db01`", `"name`": `"`", `"ports`": [5432, `"5433`"] }, `"debug`": false, `"long`": [$Long],`n// a comment`n `"servers`": [{`"name`":`"a`"}, {`"name`":`"b`"}], `"title`": `"grüße 你好 \ud83d\ude00`", `"version`": 1.10, `"zip`": `"007`", }"
        'conf.yaml' = "# a comment`ndb:`n  host: db01`n  name: ''`n  ports: [5432, '5433']`ndebug: false`nlong: [$Long]`nservers:`n- &a`n  name: a`n- name: b`ntitle: grüße 你好 😀`nversion: 1.10`nzip: 007`n"
        'conf.psd1' = "@{`n  # a comment`n  db = [ordered]@{ host = 'db01'; name = `"`"; ports = 5432, '5433' }`n  debug = `$false; long = @($Long)`n  servers = @(@{ name = 'a' }; @{ 'name' = 'b' })`n  title = 'grüße 你好 😀'; version = 1.10; zip = 007 }"
        'conf.env'  = "# a comment`n`ndb/host = db01`ndb/name=`ndb/ports/0=5432`n""db/ports/1""='5433'`ndebug=false`n$((0..10 | ForEach-Object { "long/$_=$($_ * 10)" }) -join "`n")`nservers/0/name=a`nservers/1/name=b`r`ntitle=""grüße 你好 😀""`nexport version=1.10`nzip=007"
    }
}

AfterAll { Stop-TestServer }

Describe 'Configuration files' {
    It 'are imported from <_>, every value the text that stands there' -ForEach conf.json, conf.yaml, conf.psd1, conf.env {
        $name = $_ -replace '\W', '-'
        Import-KvTree (New-TestFile $_ $Forms[$_]) $name -Store main
        Get-Tree $name | Should -BeExactly ($Pairs | Sort-Object { $_.Split('=')[0] } -Culture '')
    }

    It 'come back as <Name>, with lists, and texts unless -Typed' -ForEach @(
        @{ Name = 'JSON'; File = 'back.json'; Lines = '      "5432",', '  "debug": "false",', '  "zip": "007"'; Typed = '      5432,', '  "debug": false,', '  "zip": "007"' }
        @{ Name = 'YAML'; File = 'back.yaml'; Lines = '    - "5432"', 'debug: "false"', 'zip: "007"'; Typed = '    - 5432', 'debug: false', 'zip: "007"' }
        @{ Name = 'PSD1'; File = 'back.psd1'; Lines = "            '5432',", "    'debug' = 'false'", "    'zip' = '007'"; Typed = '            5432,', "    'debug' = `$false", "    'zip' = '007'" }
    ) {
        Import-KvTree (New-TestFile conf.json $Forms['conf.json']) back -Prune -Force -Store main
        $file = Join-Path $TestFolder $File
        foreach ($asTyped in $false, $true) {
            Export-KvTree back $file -Nested -Typed:$asTyped -Store main
            ($asTyped ? $Typed : $Lines) | Where-Object { $_ -cnotin (Get-Content $file) } | Should -BeNullOrEmpty
            Compare-KvTree back -DifferenceFile $file -Store main | Should -BeNullOrEmpty
            Import-KvTree $file again -Prune -Force -Store main
            Compare-KvTree back again -Store main | Should -BeNullOrEmpty
        }
    }

    It 'are read by PowerShell''s own commands: JSON, PSD1' {
        Import-KvTree (New-TestFile conf.yaml $Forms['conf.yaml']) own -Store main
        Export-KvTree own (Join-Path $TestFolder own.json) -Nested -Typed -Store main
        $read = Get-Content (Join-Path $TestFolder own.json) -Raw | ConvertFrom-Json
        $read.db.ports[1], $read.debug, $read.servers[1].name, $read.version | Should -Be 5433, $false, b, 1.1
        Export-KvTree own (Join-Path $TestFolder own.psd1) -Store main
        $read = Import-PowerShellDataFile (Join-Path $TestFolder own.psd1)
        $read.db.ports[1], $read.debug, $read.servers[1].name, $read.version | Should -Be '5433', 'false', b, '1.10'
        $read.long | Should -HaveCount 11
        $read.long[10] | Should -Be 100
    }

    It 'merge maps in YAML: own names first, then those of the first map' {
        $text = @'
base: &base
  host: db01
  port: 1
  nest: { a: 1, b: 2 }
two: &two
  port: 2
  extra: e
own:
  port: 5
  <<: *base
  nest: { a: 9 }
list:
  <<: [ *two, *base ]
  host: own
further: &further
  <<: *base
  z: 1
deep:
  <<: *further
inline:
  <<: { q: 1, <<: *two }
quoted:
  '<<': text
elements:
  - <<: *two
    port: 7
'@
        Import-KvTree (New-TestFile merge.yaml $text) merged -Prune -Force -Store main
        $expected = @'
{ "base": { "host": "db01", "port": 1, "nest": { "a": 1, "b": 2 } }, "two": { "port": 2, "extra": "e" }, "own": { "port": 5, "host": "db01", "nest": { "a": 9 } },
  "list": { "port": 2, "extra": "e", "host": "own", "nest": { "a": 1, "b": 2 } }, "further": { "host": "db01", "port": 1, "nest": { "a": 1, "b": 2 }, "z": 1 },
  "deep": { "host": "db01", "port": 1, "nest": { "a": 1, "b": 2 }, "z": 1 }, "inline": { "q": 1, "port": 2, "extra": "e" }, "quoted": { "<<": "text" },
  "elements": [ { "port": 7, "extra": "e" } ] }
'@
        Compare-KvTree merged -DifferenceFile (New-TestFile merged.json $expected) -Format NestedJson -Store main | Should -BeNullOrEmpty
    }

    It 'have an empty tree come back as one, from <_>' -ForEach empty.json, empty.jsonl, empty.csv, empty.yaml, empty.psd1, empty.env {
        $empty = Connect-KvStore -InMemory -Name empty
        try {
            $file = Join-Path $TestFolder $_
            Export-KvTree -All $file -Store $empty
            (Get-Item $file).Length | Should -BeGreaterThan 0
            (Import-KvTree $file nothing -Store $empty -PassThru).Written | Should -Be 0
            (Get-KvTree -AsHashtable -Store $empty).Count | Should -Be 0
        }
        finally {
            Disconnect-KvStore $empty
        }
    }

    It 'say of <Name> where it is, and nothing is written' -ForEach @(
        @{ Name = 'broken YAML'; File = 'bad.yaml'; Text = "a: 1`nb: [1, 2`nc: 3`n"; Says = 'line 3, column*not YAML' }
        @{ Name = 'YAML with tabs'; File = 'bad.yaml'; Text = "a:`n`tb: 1`n"; Says = 'line 2, column*tab' }
        @{ Name = 'YAML that is not indented evenly'; File = 'bad.yaml'; Text = "a:`n  b: 1`n c: 2`n"; Says = 'line 3, column*not YAML' }
        @{ Name = 'a second document'; File = 'bad.yaml'; Text = "a: 1`n---`na: 2`n"; Says = 'line 2, column 1: a second document' }
        @{ Name = 'a list for a name'; File = 'bad.yaml'; Text = "a: 1`n? [x, y]`n: 2`n"; Says = 'line 2, column 3: a name must be text' }
        @{ Name = 'a list of YAML'; File = 'bad.yaml'; Text = "- a`n- b`n"; Says = 'line 1, column 1*not a list' }
        @{ Name = 'a text of YAML'; File = 'bad.yaml'; Text = 'just text'; Says = 'line 1, column 1*not a single value' }
        @{ Name = 'no YAML'; File = 'bad.yaml'; Text = "# nothing`n"; Says = 'empty' }
        @{ Name = 'a type of another program'; File = 'bad.yaml'; Text = "a: 1`nb: !vault 2`n"; Says = "line 2, column 4: the tag '!vault'" }
        @{ Name = 'a merge of a text'; File = 'bad.yaml'; Text = "a: &x b`nc:`n  <<: *x`n"; Says = "line 1, column 4: the merge key '<<' needs a map" }
        @{ Name = 'a merge of a list of texts'; File = 'bad.yaml'; Text = "c:`n  <<: [a, b]`n"; Says = "line 2, column 8: the merge key '<<' needs a map" }
        @{ Name = 'a merge of itself'; File = 'bad.yaml'; Text = "c: &x`n  <<: *x`n"; Says = "line 2, column 7*&x" }
        @{ Name = 'a billion laughs by merges'; File = 'bad.yaml'; Text = "a0: &a0 {x: 1, y: 2}`n" + ((1..40 | ForEach-Object { "a${_}: &a$_ { <<: *a$($_ - 1), k${_}: *a$($_ - 1) }`n" }) -join ''); Says = 'more than 100000' }
        @{ Name = 'a document without content'; File = 'bad.yaml'; Text = "---`n"; Says = "cannot be read: it is empty" }
        @{ Name = 'no CSV'; File = 'bad.csv'; Text = ''; Says = "cannot be read: it is empty" }
        @{ Name = 'no lines'; File = 'bad.env'; Text = ''; Says = "cannot be read: it is empty" }
        @{ Name = 'no PSD1'; File = 'bad.psd1'; Text = ''; Says = "cannot be read: it is empty" }
        @{ Name = 'no JSON'; File = 'bad.json'; Text = ''; Says = "cannot be read: it is empty" }
        @{ Name = 'an alias of nothing'; File = 'bad.yaml'; Text = "a: 1`nb: *none`n"; Says = "line 2, column 4*none" }
        @{ Name = 'an alias of itself'; File = 'bad.yaml'; Text = "a: &x`n  b: *x`n"; Says = "line 2, column 6*x" }
        @{ Name = 'a billion laughs'; File = 'bad.yaml'; Text = "a: &a [$('x,' * 9)x]`n" + ((1..8 | ForEach-Object { "{1}: &{1} [{2}*{0}]`n" -f [char] (96 + $_), [char] (97 + $_), ("*$([char] (96 + $_))," * 9) }) -join ''); Says = 'line 5, column*more than 100000' }
        @{ Name = 'binary that is none'; File = 'bad.yaml'; Text = "a: 1`nb: !!binary '*'`n"; Says = "line 2, column 4 ('b')*Base64" }
        @{ Name = 'a key twice in YAML'; File = 'bad.yaml'; Text = "a:`n  b: 1`na/b: 2`n"; Says = "'a/b' twice" }
        @{ Name = 'broken JSON'; File = 'bad.json'; Text = "{`n  `"a`": 1,`n  `"b`": }"; Says = 'line 3, column 8: it is not valid JSON' }
        @{ Name = 'half of a JSON'; File = 'bad.json'; Text = "{`n  `"a`": { `"b`": 1"; Says = 'line 2*not valid JSON' }
        @{ Name = 'JSON with something behind it'; File = 'bad.json'; Text = "{ `"a`": 1 }`nx"; Says = 'line 2, column 1: it is not valid JSON' }
        @{ Name = 'JSON that is no text'; File = 'bad.json'; Text = "{ `"a`": 1,`n `"b`": `"\ud83d`" }"; Says = 'line 2, column 7*not valid text' }
        @{ Name = 'an empty key'; File = 'bad.json'; Text = "{ `"a`": 1, `"`u{0}`": 1 }" -replace "`u{0}", '\u0000'; Says = 'line 1, column 21*NUL' }
        @{ Name = 'bytes that are none'; File = 'bad.json'; Text = "{ `"a`": 1,`n `"b`": { `"`$base64`": `"*`" } }"; Says = "line 2, column 20 ('b'): its Value is not Base64" }
        @{ Name = 'broken PSD1'; File = 'bad.psd1'; Text = "@{ a = 1`n b = }"; Says = 'line 2, column*not PowerShell data' }
        @{ Name = 'PSD1 with a command'; File = 'bad.psd1'; Text = "@{ a = 1`n b = Get-Date }"; Says = 'line 2, column 6*not commands' }
        @{ Name = 'PSD1 with a variable'; File = 'bad.psd1'; Text = "@{ a = 1`n b = `$env:HOME }"; Says = 'line 2, column 6*only constants' }
        @{ Name = 'PSD1 with an expandable text'; File = 'bad.psd1'; Text = "@{ a = 1`n b = `"x`$(1)`" }"; Says = 'line 2, column 6*only constants' }
        @{ Name = 'PSD1 that is a list'; File = 'bad.psd1'; Text = '1, 2'; Says = 'line 1, column 1*not a list' }
        @{ Name = 'PSD1 of two hashtables'; File = 'bad.psd1'; Text = "@{ a = 1 }`n@{ b = 1 }"; Says = 'one hashtable' }
        @{ Name = 'a line without ='; File = 'bad.env'; Text = "a=1`n[section]`n"; Says = "line 2: it has no '='" }
        @{ Name = 'a key with a blank'; File = 'bad.env'; Text = "a=1`nset b=2`n"; Says = "line 2: 'set b' is not a key*in quotes*-Format" }
        @{ Name = 'PowerShell data'; File = 'bad.env'; Text = "@{ a = 1 }`n"; Says = "line 1: '@{ a' is not a key*-Format" }
        @{ Name = 'a quote that is missing'; File = 'bad.env'; Text = "a=1`nb=`"x`nc=2`n"; Says = 'line 2: a quote is missing' }
        @{ Name = 'something behind quotes'; File = 'bad.env'; Text = "a=1`nb='x' # y`n"; Says = 'line 2: text follows' }
        @{ Name = 'an unknown escape'; File = 'bad.env'; Text = "a=1`nb=`"C:\new\x`"`n"; Says = 'line 2: a backslash' }
    ) {
        $failure = Get-ErrorOf { Import-KvTree (New-TestFile $File $Text) bad -Store main }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidFile,*'
        $failure.CategoryInfo.Category | Should -Be InvalidData
        "$failure" | Should -BeLike "*$File*$Says*"
        Get-KvTree -Prefix bad -Store main | Should -BeNullOrEmpty
    }

    It 'with names without a value write no key for them, and say so' -ForEach 'gaps.json', 'gaps.yaml', 'gaps.psd1' {
        $text = @{
            'gaps.json' = '{ "a": 1, "b": { "c": null, "d": [] }, "e": {} }'
            'gaps.yaml' = "a: 1`nb:`n  c:`n  d: []`ne: {}`n"
            'gaps.psd1' = '@{ a = 1; b = @{ c = $null; d = @() }; e = @{} }'
        }[$_]
        Import-KvTree (New-TestFile $_ $text) gaps -Store main -WarningVariable told -WarningAction SilentlyContinue
        Get-Tree gaps | Should -Be a=1
        "$told" | Should -BeLike "*$_*3 names have no value*The first is 'b/c'."
        $null = Remove-KvTree gaps -Confirm:$false -Store main
    }

    It 'repeat in YAML what an alias stands for, and keep words that other readers take for truths' {
        Import-KvTree (New-TestFile alias.yaml "base: &base`n  host: db01`n  ports: &p [1, 2]`ncopy: *base`nlist: [*p, yes, 0x1F, ~x]`ntext: !!str 5`nbytes: !!binary AAEC`nlines: |`n  one`n  two`n") alias -Store main
        Get-Tree alias | Where-Object { $_ -notlike 'bytes*' } | Should -Be 'base/host=db01', 'base/ports/0=1', 'base/ports/1=2', 'copy/host=db01', 'copy/ports/0=1', 'copy/ports/1=2',
            "lines=one`ntwo`n", 'list/0/0=1', 'list/0/1=2', 'list/1=yes', 'list/2=0x1F', 'list/3=~x', 'text=5'
        (Get-KvValue alias/bytes -Store main).Bytes | Should -Be 0, 1, 2
    }

    It 'hold a key that is a directory as well, names with slashes, bytes, and names that are no text' {
        Set-KvValue odd/a value -Store main
        Set-KvValue odd/a/b below -Store main
        Set-KvValue odd/a/b/c deeper -Store main
        Set-KvValue odd/x//y '' -Store main
        Set-KvValue odd/bin ([byte[]] (0, 255)) -Store main
        Set-KvValue odd/`$base64 plain -Store main
        Set-KvValue "odd/A`e[2J" 1 -Store main
        Set-KvValue ([Valkeyrie.KeyText]::Decode([byte[]] (0x6F, 0x64, 0x64, 0x2F, 0xFF))) 1 -Store main
        $read = @{}
        foreach ($extension in 'json', 'yaml', 'psd1', 'env') {
            $file = Join-Path $TestFolder "odd.$extension"
            Export-KvTree odd $file -Nested:($extension -eq 'json') -Store main
            $read[$extension] = Get-Content $file -Raw
            $read[$extension] | Should -Not -Match "`e"
            Import-KvTree $file copied -Prune -Force -Store main -ErrorAction Stop
            Compare-KvTree odd copied -Store main | Should -BeNullOrEmpty
        }

        $read.json | Should -BeLike '*"a": "value",*"a/b": "below",*"a/b/c": "deeper"*'
        $read.json | Should -BeLike '*"bin": { "$base64": "AP8=" }*'
        $read.yaml | Should -BeLike '*bin: !!binary "AP8="*'
        $read.env | Should -BeLike '*bin="\x00\xFF"*'
    }

    It 'come back as PSD1 and as hashtables, whatever is in them' {
        # What PowerShell gives a meaning, names of another case, lists within lists; from one seed.
        $random = [random]::new(20)
        $pieces = "'", '"', '$x', '`', "`u{2019}", "`u{201D}", "`n", "`r`n", "`t", '@{', '}', '#', ';', ' ', 'a', 'A', 'ä', 'Ä', '0', '1', '007', '$base64', '$base64:', '😀', "`u{200B}", '/', '', "`u{1}"
        foreach ($round in 1..60) {
            $tree = [Collections.Generic.SortedDictionary[string, string]]::new([StringComparer]::Ordinal)
            foreach ($i in 1..$random.Next(1, 12)) {
                $segments = foreach ($level in 1..$random.Next(1, 6)) { -join (1..$random.Next(1, 4) | ForEach-Object { $pieces[$random.Next($pieces.Count)] }) }
                $tree["fuzz/" + ($segments -join '/') + 'z'] = -join (1..$random.Next(0, 4) | ForEach-Object { $pieces[$random.Next($pieces.Count)] })
                $tree["fuzz/list/$($random.Next(3))/$($random.Next(2))"] = "$i"
            }

            $tree.GetEnumerator() | ForEach-Object { [pscustomobject]@{ Key = $_.Key; Value = $_.Value } } | Set-KvValue -Store main
            $file = Join-Path $TestFolder fuzz.psd1
            Export-KvTree fuzz $file -Typed:($round % 2) -Store main
            { Import-PowerShellDataFile $file -ErrorAction Stop } | Should -Not -Throw
            Compare-KvTree fuzz -DifferenceFile $file -Store main | ForEach-Object RelativeKey | Should -BeNullOrEmpty -Because (Get-Content $file -Raw)
            Get-KvTree fuzz -AsHashtable -Typed:($round % 2) -Store main | Import-KvTree tables -Prune -Force -Store main
            Compare-KvTree fuzz tables -Store main | ForEach-Object RelativeKey | Should -BeNullOrEmpty
            Remove-KvTree fuzz -Confirm:$false -Store main
        }
    }

    It 'are told apart by -Format and by their names, and what fits none is refused' {
        $file = New-TestFile conf.txt 'a: 1'
        "$(Get-ErrorOf { Import-KvTree $file told -Store main })" | Should -BeLike '*-Format: Json, Csv, *Yaml*'
        Import-KvTree $file told -Format Yaml -Store main
        Get-Tree told | Should -Be a=1
        $both = New-TestFile both.json '{ "Key": "k", "Value": "v" }'
        Import-KvTree $both told -Format NestedJson -Prune -Force -Store main
        Get-Tree told | Should -Be Key=k, Value=v
        Import-KvTree $both told -Nested -Prune -Force -PassThru -Store main | ForEach-Object Unchanged | Should -Be 2
        Import-KvTree $both told -Format Json -Prune -Force -Store main
        Get-Tree told | Should -Be k=v
        (Get-ErrorOf { Import-KvTree $both told -Nested -Format Csv -Store main }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }

    It 'cannot be written as <Format> with <Switch>, which says so' -ForEach @(
        @{ Format = 'Csv'; Switch = 'Nested' }
        @{ Format = 'KeyValue'; Switch = 'Typed' }
        @{ Format = 'EtcdJson'; Switch = 'Force' }
    ) {
        $switches = @{ $Switch = $true }
        $failure = Get-ErrorOf { Export-KvTree told (Join-Path $TestFolder none.txt) -Format $Format @switches -Store main }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        "$failure" | Should -BeLike "*$Format*"
        Join-Path $TestFolder none.txt | Should -Not -Exist
    }

    It 'load the reader of YAML only for YAML, and apart from other modules' {
        $yaml = New-TestFile load.yaml $Forms['conf.yaml']
        $json = New-TestFile load.json $Forms['conf.json']
        Invoke-TestPowerShell @"
            function Get-Loaded { [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { `$_.GetName().Name -eq 'YamlDotNet' } | ForEach-Object { [Runtime.Loader.AssemblyLoadContext]::GetLoadContext(`$_).Name } }
            `$null = Connect-KvStore -InMemory
            Import-KvTree '$json' app
            Export-KvTree app '$TestFolder/loaded.yaml'
            "json: `$(Get-Loaded)"
            Import-KvTree '$yaml' app
            "yaml: `$(Get-Loaded)"
"@ | Should -Be 'json: ', 'yaml: Valkeyrie.PowerShell'
    }
}

Describe 'Hashtables and objects' {
    It 'are the same tree as their JSON, PSD1 and YAML, and with -Typed numbers are the same in all of them' {
        # A number is one whose own text is the stored one: of any other text, a reader of the file would make another text.
        $numbers = '0', '7', '-7', '2147483648', '12345678901234567890', '123456789012345678901234567890123', '1.5', '1.50', '0.1', '-0.5', '1E+20', '1E-07', '1.7976931348623157E+308', 'true', 'false'
        $texts = '1e5', '1E5', '1.0e2', '-0', '1e-7', '007', '+1', '.5', '5.', '0x1F', '1_000', '1e999', 'NaN', 'Infinity', 'True', 'null', '', ' 1', '0.1234567890123456789012345678901234', ('9' * 41)
        $random = [random]::new(23)
        foreach ($round in 1..40) {
            $text = switch ($random.Next(4)) {
                0 { $random.NextInt64([long]::MinValue, [long]::MaxValue).ToString([cultureinfo]::InvariantCulture) }
                1 { [BitConverter]::Int64BitsToDouble($random.NextInt64()).ToString([cultureinfo]::InvariantCulture) }
                2 { [decimal]::new($random.Next(), $random.Next(), $random.Next(), [bool] $random.Next(2), $random.Next(1, 28)).ToString([cultureinfo]::InvariantCulture) }
                3 { [bigint]::new(2) * [bigint]::Pow(10, $random.Next(19, 30)) + $random.Next() }
            }
            if ("$text" -notin 'NaN', 'Infinity', '-Infinity') { $numbers += "$text" }
        }

        $tree = [ordered]@{}
        foreach ($text in $numbers) { $tree["number$($tree.Count)"] = $text }
        foreach ($text in $texts) { $tree["text$($tree.Count)"] = $text }
        $tree | Import-KvTree types -Prune -Force -Store main
        $typed = Get-KvTree types -AsHashtable -Typed -Store main
        $typed.Keys | Where-Object { $_ -like 'number*' -and $typed.$_ -is [string] } | ForEach-Object { $tree.$_ } | Should -BeNullOrEmpty
        $typed.Keys | Where-Object { $_ -like 'text*' -and $typed.$_ -isnot [string] } | ForEach-Object { $tree.$_ } | Should -BeNullOrEmpty

        $typed | Import-KvTree back -Prune -Force -Store main
        Compare-KvTree types back -Store main | Should -BeNullOrEmpty
        $byPowerShell = New-TestFile typed.json ($typed | ConvertTo-Json)
        Compare-KvTree types -DifferenceFile $byPowerShell -Store main | ForEach-Object RelativeKey | Should -BeNullOrEmpty
        foreach ($extension in 'json', 'psd1', 'yaml') {
            $file = Join-Path $TestFolder "types.$extension"
            Export-KvTree types $file -Nested -Typed -Force -Store main
            Compare-KvTree types -DifferenceFile $file -Store main | ForEach-Object RelativeKey | Should -BeNullOrEmpty
        }

        # Number by number: both are JSON, and one of them is what PowerShell makes of the hashtable.
        $ours = Get-Content (Join-Path $TestFolder types.json) -Raw | ConvertFrom-Json -AsHashtable
        $theirs = Get-Content $byPowerShell -Raw | ConvertFrom-Json -AsHashtable
        $ours.Keys | Where-Object { "$($ours.$_) $($ours.$_.GetType())" -cne "$($theirs.$_) $($theirs.$_.GetType())" } | Should -BeNullOrEmpty
    }

    It 'hold times as ConvertTo-Json writes them: <Time>' -ForEach @(
        @{ Time = [datetime]::new(2026, 1, 2, 3, 4, 5, [DateTimeKind]::Utc) }
        @{ Time = [datetime]::new(2026, 1, 2, 3, 4, 5, 60) }
        @{ Time = [datetimeoffset]::new(2026, 1, 2, 3, 4, 5, [timespan] '02:00:00') }
        @{ Time = [decimal] 1.50 }
        @{ Time = [bigint]::Pow(7, 40) }
    ) {
        @{ time = $Time } | Import-KvTree times -Prune -Force -Store main
        Compare-KvTree times -DifferenceFile (New-TestFile times.json (@{ time = $Time } | ConvertTo-Json)) -Store main | Should -BeNullOrEmpty
    }

    It 'become a directory: <Name>' -ForEach @(
        @{ Name = 'an ordered one'; Tree = { [ordered]@{ db = @{ host = 'db01'; ports = 1, 2 } } }; Pairs = 'db/host=db01', 'db/ports/0=1', 'db/ports/1=2' }
        @{ Name = 'what ConvertFrom-Json gives'; Tree = { '{ "a": { "b": [ { "c": true } ] } }' | ConvertFrom-Json }; Pairs = 'a/b/0/c=true' }
        @{ Name = 'an object with properties'; Tree = { [pscustomobject]@{ a = 1.5; b = [timespan] '00:05:00' } }; Pairs = 'a=1.5', 'b=00:05:00' }
        @{ Name = 'lists of objects'; Tree = { @{ servers = @(@{ name = 'a' }, [pscustomobject]@{ name = 'b' }) } }; Pairs = 'servers/0/name=a', 'servers/1/name=b' }
        @{ Name = 'names that are numbers'; Tree = { @{ 8080 = 'http' } }; Pairs = '8080=http' }
    ) {
        & $Tree | Import-KvTree object -Prune -Force -Store main
        Get-Tree object | Should -Be $Pairs
        Import-KvTree -InputObject (& $Tree) -Path named -Prune -Force -Store main
        Get-Tree named | Should -Be $Pairs
    }

    It 'are written as whole keys with -All, and with bytes as bytes' {
        @{ whole = @{ bytes = [byte[]] (0, 1, 255); time = [datetime]::new(2026, 1, 2, 0, 0, 0, [DateTimeKind]::Utc) } } | Import-KvTree -All -Store main
        (Get-KvValue whole/bytes -Store main).Bytes | Should -Be 0, 1, 255
        Get-KvValue whole/time -ValueOnly -Store main | Should -Be '2026-01-02T00:00:00Z'
    }

    It 'are refused, with the place, where they hold <Name>' -ForEach @(
        @{ Name = 'themselves'; Tree = { $h = @{ a = @{} }; $h.a.b = $h; $h }; Says = "at 'a/b'*contains itself" }
        @{ Name = 'what is no data'; Tree = { @{ a = @{ p = Get-Process -Id $PID } } }; Says = "at 'a/p'*Process" }
        @{ Name = 'a file'; Tree = { @{ a = Get-Item $ModulePath } }; Says = "at 'a'*file" }
        @{ Name = 'a secret'; Tree = { @{ a = [securestring]::new() } }; Says = "at 'a'*secret" }
        @{ Name = 'a key twice'; Tree = { @{ a = @{ b = 1 }; 'a/b' = 2 } }; Says = "at 'a/b'*twice" }
        @{ Name = 'a list for a name'; Tree = { $h = @{}; $h[@(1, 2)] = 1; $h }; Says = 'a name in it is a Object*' }
        @{ Name = 'a name that is no key'; Tree = { @{ "a`0" = 1 } }; Says = '*NUL*' }
        @{ Name = 'more levels than a tree has'; Tree = { $h = @{ x = 1 }; foreach ($i in 1..120) { $h = @{ x = $h } }; $h }; Says = "at 'x/x*100 levels deep" }
        @{ Name = 'nothing, with -Prune'; Tree = { @{} }; Says = 'Remove-KvTree' }
    ) {
        Set-KvValue refused/own 1 -Store main
        $failure = Get-ErrorOf { & $Tree | Import-KvTree refused -Prune -Force -Store main }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        "$failure" | Should -BeLike "*$Says*"
        Get-Tree refused | Should -Be own=1
    }

    It 'are refused where <Name>' -ForEach @(
        @{ Name = 'several are piped'; Run = { @{ a = 1 }, @{ a = 2 } | Import-KvTree wrong -Store main }; Says = 'Several objects*Nothing was written' }
        @{ Name = 'null is piped'; Run = { $null | Import-KvTree wrong -Store main }; Says = 'null' }
        @{ Name = 'pairs are piped'; Run = { Get-KvTree refused -Store main | Import-KvTree wrong -Store main }; Says = 'Set-KvValue*Copy-KvTree' }
        @{ Name = 'a list is piped as one'; Run = { , @(1, 2) | Import-KvTree wrong -Store main }; Says = 'list*names' }
        @{ Name = 'a number is piped'; Run = { 5 | Import-KvTree wrong -Store main }; Says = 'Int32*hashtable' }
        @{ Name = 'the content of a file is piped'; Run = { "a: 1`nb: 2" | Import-KvTree wrong -Store main }; Says = 'content of a file*Import-KvTree conf.yaml app' }
        @{ Name = 'its lines are piped'; Run = { '{ "a": 1', '}' | Import-KvTree wrong -Store main }; Says = 'content of a file*' }
        @{ Name = 'the file comes second'; Run = { Import-KvTree wrong (New-TestFile second.json '{}') -Store main }; Says = 'The file comes first: Import-KvTree * wrong' }
        @{ Name = 'no directory is named'; Run = { @{ a = 1 } | Import-KvTree -Store main }; Says = '-All to use the names as whole keys' }
        @{ Name = 'a format is named'; Run = { @{ a = 1 } | Import-KvTree wrong -Format Yaml -Store main }; Says = 'applies to files' }
        @{ Name = 'a dump of etcd is piped as an object'; Run = { '{"header":{"cluster_id":1,"revision":2},"kvs":[{"key":"YQ==","value":"MQ=="}],"count":1}' | ConvertFrom-Json | Import-KvTree wrong -Store main }; Says = 'dump of etcd*Import-KvTree FILE -All -Format EtcdJson*-Nested' }
        @{ Name = 'a dump of etcd is piped as a hashtable'; Run = { '{"header":{"cluster_id":1},"kvs":[]}' | ConvertFrom-Json -AsHashtable | Import-KvTree wrong -Store main }; Says = 'dump of etcd' }
        @{ Name = 'a dump of Consul is piped as objects'; Run = { '[{"key":"a","flags":0,"value":"MQ=="}]' | ConvertFrom-Json | Import-KvTree wrong -Store main }; Says = '-Format ConsulJson' }
        @{ Name = 'an export is piped as objects'; Run = { '[{"Key":"a","Value":"1"},{"Key":"b","Value":"2","Encoding":"text"}]' | ConvertFrom-Json | Import-KvTree wrong -Store main }; Says = 'Pipe records to Set-KvValue*Import-KvTree FILE DIRECTORY' }
        @{ Name = 'rows of a table are piped'; Run = { "Key,Value`na,1" | ConvertFrom-Csv | Import-KvTree wrong -Store main }; Says = 'Pipe records to Set-KvValue' }
        @{ Name = 'a dump is piped as text'; Run = { '{"header":{"cluster_id":1},"kvs":[]}' | Import-KvTree wrong -Store main }; Says = 'Save it to a file*not for a dump' }
        @{ Name = 'a file is named as well'; Run = { @{ a = 1 } | Import-KvTree x.json -Path wrong -Store main }; Says = 'not both' }
        @{ Name = 'nothing is to be imported'; Run = { Import-KvTree -Path wrong -Store main }; Says = 'Specify what to import' }
    ) {
        $failure = Get-ErrorOf { & $Run }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        "$failure" | Should -BeLike "*$Says*"
        Get-KvTree -Prefix wrong -Store main | Should -BeNullOrEmpty
    }

    It 'are trees of the names Key and Value with -Nested' {
        @{ key = 'a'; value = 'b' } | Import-KvTree names -Nested -Prune -Force -Store main
        (Get-KvTree names -Store main).Key | Should -Be names/key, names/value
    }

    It 'are refused where the path of a file belongs, with what to do' {
        $failure = Get-ErrorOf { Import-KvTree @{ a = 1 } wrong -Store main }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentTransformationError,*'
        "$failure" | Should -BeLike '*-InputObject*'
    }

    It 'write nothing with -WhatIf, and no key for what has no value, which is told' {
        @{ a = 1 } | Import-KvTree whatif -WhatIf -Store main
        @{ a = $null; b = @(); c = 1 } | Import-KvTree whatif -Store main -WarningVariable told -WarningAction SilentlyContinue
        Get-Tree whatif | Should -Be c=1
        "$told" | Should -BeLike '*2 names have no value*'
    }

    It 'come from Get-KvTree -AsHashtable, and go back equal' {
        [ordered]@{ db = @{ host = 'db01'; ports = 1, 2; on = $true; zip = '007'; big = 12345678901; ratio = 1.5 }; x = '' } | Import-KvTree back -Prune -Force -Store main
        Set-KvValue back/bytes ([byte[]] (0, 255)) -Store main
        Set-KvValue back/db both -Store main
        $text = Get-KvTree back -AsHashtable -Store main
        $text | Should -BeOfType System.Collections.Specialized.OrderedDictionary
        $text.Keys | Should -Be bytes, db, 'db/big', 'db/host', 'db/on', 'db/ports', 'db/ratio', 'db/zip', x
        $text.db, $text.'db/host', $text.'db/ports'[1], $text.'db/on' | Should -Be both, db01, '2', 'true'
        , $text.bytes | Should -BeOfType byte[]
        $typed = Get-KvTree back -AsHashtable -Typed -Store main
        $typed.'db/ports'[1], $typed.'db/on', $typed.'db/zip', $typed.'db/big', $typed.'db/ratio' | Should -Be 2, $true, '007', 12345678901, 1.5
        $typed.'db/ports'[1] | Should -BeOfType int
        foreach ($tree in $text, $typed) {
            $tree | Import-KvTree again -Prune -Force -Store main
            Compare-KvTree back again -Store main | Should -BeNullOrEmpty
        }

        (Get-KvTree back, again -AsHashtable -Store main) | Should -HaveCount 2
        (Get-ErrorOf { Get-KvTree back -AsHashtable -KeysOnly -Store main }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        (Get-ErrorOf { Get-KvTree back -Typed -Store main }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }
}
