BeforeAll {
    . $PSScriptRoot/Common.ps1
    $main = Connect-KvStore -InMemory -Name main
    Add-TestStore HeldStore
    Set-KvValue app/text "one`r`ntwo `"three`", four"
    Set-KvValue app/empty ''
    Set-KvValue app/bytes ([byte[]] (0..255))
    $odd = [Valkeyrie.KeyText]::Decode([byte[]] (0x61, 0x70, 0x70, 0x2F, 0xFF))
    Set-KvValue $odd ([byte[]] (1, 2))
    $Json = Join-Path $TestFolder app.json
    $Csv = Join-Path $TestFolder app.csv
    Export-KvTree app $Json
    Export-KvTree app $Csv

    # A file of a hundred keys, k000 to k099.
    $Hundred = Join-Path $TestFolder hundred.csv
    0..99 | ForEach-Object { [pscustomobject]@{ Key = 'k{0:000}' -f $_; Value = $_ } } | Export-Csv $Hundred

    function New-File([string] $Name, [string] $Text, [string] $Encoding) {
        $path = Join-Path $TestFolder $Name
        Set-Content $path $Text -NoNewline -Encoding ($Encoding ? $Encoding : 'utf8NoBOM')
        $path
    }
}

AfterAll { Stop-TestServer }

Describe 'Import-KvTree' {
    It 'brings back what was exported to <_>, byte by byte, below another directory' -ForEach json, csv {
        $null = Connect-KvStore -InMemory -Name other
        $done = Import-KvTree (Join-Path $TestFolder "app.$_") copy/of -PassThru -Store other
        $done.Written | Should -Be 4
        Compare-KvTree app copy/of -DifferenceStore other -Store main -IncludeEqual | ForEach-Object SideIndicator | Should -Be '==', '==', '==', '=='
        Get-KvTree -Store other -Count | Should -Be 4
        Disconnect-KvStore other
        $null = Connect-KvStore -InMemory -Name unused
        Disconnect-KvStore unused
    }

    It 'takes the keys as they are with -All' {
        Import-KvTree $Hundred -All -Store main
        Get-KvValue k007 -ValueOnly -Store main | Should -Be 7
    }

    It 'leaves keys alone that have the value already, so that a second run writes nothing' {
        (Import-KvTree $Json again -PassThru -Store main).Written | Should -Be 4
        $before = (Get-KvTree again -Store main).Revision
        $done = Import-KvTree $Json again -PassThru -Store main
        $done.Written, $done.Unchanged | Should -Be 0, 4
        (Get-KvTree again -Store main).Revision | Should -Be $before
    }

    It 'takes what other commands write: <Name>' -ForEach @(
        @{ Name = 'Export-Csv of pairs'; File = 'pairs.csv'; Make = { Get-KvTree -Prefix app/t -Store main | Export-Csv $args[0] }; Key = 'app/text' }
        @{ Name = 'ConvertTo-Json of pairs'; File = 'pairs.json'; Make = { Get-KvTree -Prefix app/t -Store main | ConvertTo-Json -AsArray | Set-Content $args[0] }; Key = 'app/text' }
        @{ Name = 'a table without Encoding'; File = 'plain.csv'; Make = { "Value,Key`n`"one`r`ntwo `"`"three`"`", four`",app/text" | Set-Content $args[0] -NoNewline }; Key = 'app/text' }
        @{ Name = 'a table in UTF-16'; File = 'wide.csv'; Make = { Import-Csv $Csv | Where-Object Key -EQ text | Export-Csv $args[0] -Encoding unicode }; Key = 'text' }
    ) {
        $path = Join-Path $TestFolder $File
        & $Make $path
        Import-KvTree $path taken -Store main
        Get-KvValue "taken/$Key" -ValueOnly -Store main | Should -BeExactly "one`r`ntwo `"three`", four"
    }

    It 'takes numbers, truths and objects of JSON for what Set-KvValue would store' {
        $file = New-File 'typed.json' '[ {"key": "n", "value": 1.50}, {"key": "t", "value": true}, {"key": "o", "value": {"a":[1]}}, ]'
        Import-KvTree $file typed -Store main
        'n', 't', 'o' | ForEach-Object { Get-KvValue "typed/$_" -ValueOnly -Store main } | Should -Be '1.50', 'true', '{"a":[1]}'
    }

    It 'takes a table of one record, with and without a line end behind it, and one of none' {
        (Import-KvTree (New-File 'single.csv' "Key,Value`na,1") single -PassThru -Store main).LastKey | Should -Be a
        (Import-KvTree (New-File 'single.csv' "Key,Value`r`nb,1`r`n") single -PassThru -Store main).LastKey | Should -Be b
        (Import-KvTree (New-File 'single.csv' "Key,Value`n") single -PassThru -Store main).LastKey | Should -BeNullOrEmpty
    }

    It 'takes a table of many pieces, with line ends in its values' {
        $records = 0..2999 | ForEach-Object { [pscustomobject]@{ Key = 'p{0:0000}' -f $_; Value = ('"line" {0}{1}' -f $_, "`r`n") * 20 } }
        $records | Export-Csv (Join-Path $TestFolder pieces.csv)
        Import-KvTree (Join-Path $TestFolder pieces.csv) pieces -Store main
        $pairs = Get-KvTree pieces -Store main
        $pairs | Should -HaveCount 3000
        $pairs | Where-Object { $_.Value -cne $records[[int] $_.Key.Substring(8)].Value } | Should -BeNullOrEmpty
    }

    It 'takes a file whose keys are not in order' {
        $file = New-File 'unordered.csv' "Key,Value`nz,1`na,2`nm,3`n"
        (Import-KvTree $file unordered -PassThru -Store main).LastKey | Should -Be z
        Get-KvTree unordered -Store main | ForEach-Object Value | Should -Be 2, 3, 1
    }

    It 'says that the file comes first, for <Name>' -ForEach @(
        @{ Name = 'a file in place of the directory'; Run = { Import-KvTree app missing.json -Store main }; Says = "The file 'app' does not exist, and neither does 'missing.json'. The file comes first: Import-KvTree missing.json app." }
        @{ Name = 'a file as -Path'; Run = { Import-KvTree -Path conf.json -Store main }; Says = '-Path is the destination*Import-KvTree conf.json app.' }
    ) {
        $failure = Get-ErrorOf $Run
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        $failure.Exception.Message | Should -BeLike $Says
    }

    It 'refuses <Name> before anything is written' -ForEach @(
        @{ Name = 'what is no JSON'; File = 'bad.json'; Text = '[{"Key":"a","Value":"1"},' }
        @{ Name = 'JSON of something else'; File = 'bad.json'; Text = '["a", 1]' }
        @{ Name = 'JSON of a value'; File = 'bad.json'; Text = '"a"'; Says = 'line 1, column 1*object with names' }
        @{ Name = 'a record without a key'; File = 'bad.json'; Text = '[{"Key":"a","Value":"1"},{"Value":"1"}]' }
        @{ Name = 'a record without a value'; File = 'bad.json'; Text = '[{"Key":"a","Value":"1"},{"Key":"b","Value":null}]' }
        @{ Name = 'a missing record'; File = 'bad.json'; Text = '[{"Key":"a","Value":"1"},null]' }
        @{ Name = 'an empty key'; File = 'bad.json'; Text = '[{"Key":"a","Value":"1"},{"Key":"","Value":"1"}]' }
        @{ Name = 'an unknown encoding'; File = 'bad.csv'; Text = "Key,Value,Encoding`na,1,text`nb,1,rot13" }
        @{ Name = 'Base64 that is none'; File = 'bad.csv'; Text = "Key,Value,Encoding`na,1,text`nb,*,base64" }
        @{ Name = 'other columns'; File = 'bad.csv'; Text = "Name,Text`na,1" }
        @{ Name = 'a line that is cut off'; File = 'bad.csv'; Text = "Key,Value`na,1`nb" }
        @{ Name = 'a key that comes twice'; File = 'bad.csv'; Text = "Key,Value`na,1`nb,1`na,2" }
        @{ Name = 'a row that is left blank'; File = 'bad.csv'; Text = "Key,Value`na,1`n,`n" }
        @{ Name = 'an empty table'; File = 'bad.csv'; Text = '' }
        @{ Name = 'empty JSON'; File = 'bad.json'; Text = '' }
        @{ Name = 'JSON of two arrays'; File = 'bad.json'; Text = '[{"Key":"a","Value":"1"}][]' }
        @{ Name = 'columns that are cut off'; File = 'bad.csv'; Text = '"Key","Value"' }
        @{ Name = 'a table that is cut off inside quotes'; File = 'bad.csv'; Text = "`"Key`",`"Value`",`"Encoding`"`n`"a`",`"1`",`"text`"`n`"b`",`"cut" }
        @{ Name = 'a table that is cut off at a quote'; File = 'bad.csv'; Text = "`"Key`",`"Value`"`n`"a`",`"1`"`n`"b`",`"" }
        @{ Name = 'a table that is cut off behind a comma'; File = 'bad.csv'; Text = "`"Key`",`"Value`",`"Encoding`"`n`"a`",`"MQ==`"," }
        @{ Name = 'a line of more fields than columns'; File = 'bad.csv'; Text = "Key,Value`na,1,2" }
        @{ Name = 'text behind quotes'; File = 'bad.csv'; Text = "Key,Value`na,`"1`"2" }
        @{ Name = 'a column twice'; File = 'bad.csv'; Text = "Key,Value,value`na,1,2" }
        @{ Name = 'a field twice'; File = 'bad.json'; Text = '[{"Key":"a","Value":"1","value":"2"}]' }
        @{ Name = 'a table that is not UTF-8'; File = 'bad.csv'; Text = "Key,Value`na,1`nb,X`n"; Replace = 0xFF; Says = 'record 2:*not valid text' }
        @{ Name = 'JSON that is not UTF-8'; File = 'bad.json'; Text = '[{"Key":"a","Value":"1"},{"Key":"b","Value":"X"}]'; Replace = 0xFF; Says = 'record 2:*not valid text' }
        @{ Name = 'a key that is not UTF-8'; File = 'bad.json'; Text = '[{"Key":"a","Value":"1"},{"Key":"X","Value":"1"}]'; Replace = 0xC3; Says = 'record 2:*not valid text' }
        @{ Name = 'half a pair of surrogates'; File = 'bad.json'; Text = '[{"Key":"a","Value":"1"},{"Key":"b","Value":"\ud83d"}]'; Says = 'record 2:*not valid text' }
        @{ Name = 'a dump of etcd''s pairs'; File = 'bad.json'; Text = '[{"key":"YQ==","create_revision":2,"mod_revision":2,"version":1,"value":"MQ=="}]'; Says = "field 'create_revision'*etcdctl" }
        @{ Name = 'what may be a dump of etcd''s'; File = 'bad.json'; Text = '{"header":{"revision":2},"kvs":[{"key":"YQ==","value":"MQ=="}]}'; Says = '-Format EtcdJson*-Format NestedJson' }
        @{ Name = 'a table with a column of somebody else''s'; File = 'bad.csv'; Text = "Key,Value,Comment`na,1,x"; Says = "field 'Comment'" }
        @{ Name = 'a single object'; File = 'bad.json'; Text = '{"Key":"a","Value":"1"}'; Says = '-Format Json*-Format NestedJson' }
        @{ Name = 'a list of keys alone'; File = 'bad.json'; Text = '[{"Key":"a","Value":"","KeyOnly":true}]'; Says = '-KeysOnly' }
        @{ Name = 'a table of pairs whose bytes are lost'; File = 'bad.csv'; Text = "Key,Bytes,Value`na,System.Byte[],$([char] 0xFFFD)"; Says = 'Export-KvTree' }
        @{ Name = 'an empty key in the table'; File = 'bad.csv'; Text = "Key,Value`na,1`n`"`",2" }
        @{ Name = 'a table of columns alone, which would remove everything'; File = 'bad.csv'; Text = "Key,Value`n"; Says = 'Remove-KvTree' }
        @{ Name = 'an empty array, which would remove everything'; File = 'bad.json'; Text = '[]'; Says = 'Remove-KvTree' }
        @{ Name = 'UTF-32'; File = 'bad.json'; Text = '[]'; Encoding = 'utf32'; Says = 'UTF-8' }
    ) {
        # Nothing is written, and with -Prune nothing removed.
        Set-KvValue refused/own 1 -Store main
        $path = New-File $File $Text $Encoding
        if ($Replace) {
            $bytes = [IO.File]::ReadAllBytes($path)
            $bytes[[Array]::LastIndexOf($bytes, [byte] [char] 'X')] = $Replace
            [IO.File]::WriteAllBytes($path, $bytes)
        }

        $failure = Get-ErrorOf { Import-KvTree $path refused -Prune -Force -Store main }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidFile,*'
        $failure.CategoryInfo.Category | Should -Be InvalidData
        "$failure" | Should -BeLike "*$File*$Says*"
        (Get-KvTree -Prefix refused -Store main).Key | Should -Be refused/own
    }

    It 'takes <Format> in UTF-16, in either order of bytes' -ForEach @(
        @{ Format = 'json'; Text = '[{"Key":"wide","Value":"größe 😀"}]' }
        @{ Format = 'csv'; Text = "Key,Value`r`nwide,größe 😀`r`n" }
    ) {
        foreach ($encoding in 'unicode', 'bigendianunicode', 'utf8BOM') {
            Import-KvTree (New-File "wide.$Format" $Text $encoding) $encoding -Store main
            Get-KvValue $encoding/wide -ValueOnly -Store main | Should -BeExactly 'größe 😀'
        }
    }

    It 'takes pairs as ConvertTo-Json writes them, bytes and all, and tables that begin with a type' {
        $file = Join-Path $TestFolder pairs.json
        Get-KvTree app -Store main | Where-Object Key -CNE $odd | ConvertTo-Json -AsArray | Set-Content $file
        Import-KvTree $file -All -Store (Connect-KvStore -InMemory -Name pairs)
        Compare-KvTree app -DifferenceStore pairs -Store main | ForEach-Object RelativeKey | Should -BeExactly "`u{DCFF}"
        Disconnect-KvStore pairs
        $pairs = Get-KvTree app -Store main
        $pairs | ConvertTo-Json -AsArray | Set-Content $file
        "$(Get-ErrorOf { Import-KvTree $file lost -Store main })" | Should -BeLike '*Key contains U+FFFD*Export-KvTree*'
        Get-KvTree -Prefix app/text -Store main | Select-Object Key, Value | Export-Csv (Join-Path $TestFolder typed.csv) -IncludeTypeInformation
        (Import-KvTree (Join-Path $TestFolder typed.csv) typed -PassThru -Store main).LastKey | Should -Be app/text
    }

    It 'is not changed by what a user prefers of other commands' {
        $PSDefaultParameterValues = @{ 'ConvertTo-Csv:Delimiter' = ';'; 'ConvertFrom-Csv:Delimiter' = ';'; 'ConvertTo-Csv:UseQuotes' = 'Never' }
        $file = Join-Path $TestFolder preferred.csv
        Export-KvTree app $file -Store main
        Get-FileHash $file | ForEach-Object Hash | Should -Be (Get-FileHash $Csv).Hash
        (Import-KvTree $file preferred -Store main -PassThru).Written | Should -Be 4
    }

    It 'brings back a directory that holds the key of its own name with a slash, and compares it' {
        Set-KvValue gw/routes/ own -Store main
        Set-KvValue gw/routes//b 2 -Store main
        foreach ($file in (Join-Path $TestFolder gw.json), (Join-Path $TestFolder gw.csv)) {
            Export-KvTree gw/routes $file -Store main
            Compare-KvTree gw/routes -DifferenceFile $file -Store main | Should -BeNullOrEmpty
            (Import-KvTree $file gw/routes -Prune -Force -PassThru -Store main).Unchanged | Should -Be 2
            Import-KvTree $file gw/copy -Store main
            Get-KvTree gw/copy -Store main | ForEach-Object Key | Should -Be gw/copy/, gw/copy//b
            (Get-ErrorOf { Import-KvTree $file -All -Store main }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidFile,*'
        }
    }

    It 'wants to know where to: <Name>' -ForEach @(
        @{ Name = 'nothing'; Arguments = @{}; Id = 'KvInvalidArgument' }
        @{ Name = '-All:$false'; Arguments = @{ All = $false }; Id = 'KvInvalidArgument' }
        @{ Name = 'an unset variable'; Arguments = @{ Path = $null }; Id = 'KvInvalidArgument' }
        @{ Name = 'both'; Arguments = @{ Path = 'app'; All = $true }; Id = 'AmbiguousParameterSet' }
    ) {
        $before = Get-KvTree -Store main -Count
        $shell = [powershell]::Create().AddScript("param(`$arguments) Import-Module '$ModulePath'; Import-KvTree '$Json' -Prune -Force -Store main @arguments").AddArgument($Arguments)
        try { $null = $shell.Invoke(); $failure = $shell.Streams.Error[0] } catch { $failure = $_.Exception.InnerException.ErrorRecord } finally { $shell.Dispose() }
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        Get-KvTree -Store main -Count | Should -Be $before
    }

    It 'says of a missing file that there is none' {
        (Get-ErrorOf { Import-KvTree (Join-Path $TestFolder none.json) x -Store main }).CategoryInfo.Category | Should -Be ObjectNotFound
    }

    It 'takes what can be read only once, and then as one: a pipe, standard input' -Skip:$IsWindows {
        # In one shell: a pipe of the shell's own, a named one, standard input that is read and one that is used up.
        $script = New-File 'once.ps1' @"
            `$ErrorActionPreference = 'Stop'
            Import-Module '$ModulePath'
            `$null = Connect-KvStore -InMemory
            Set-KvValue app/own 1
            foreach (`$path in `$args) { "`$((Import-KvTree `$path app -Format Csv -Prune -Force -PassThru).Written) `$(Get-KvTree app -Count)" }
            try { Import-KvTree /dev/null app -Format Csv -Prune -Force } catch { `$_.FullyQualifiedErrorId }
            Get-KvTree app -Count
"@
        $run = "'$Pwsh' -NoProfile -NonInteractive -File '$script'"
        $text = bash -c "cd '$TestFolder' && mkfifo once && (cat '$Csv' > once &) && cat '$Hundred' | $run /dev/stdin once <(head -c 100000 '$Hundred')"
        $text | Should -Be '100 100', '4 4', '100 100', 'KvInvalidFile,Valkeyrie.PowerShell.Commands.ImportKvTreeCommand', '100'
    }

    It 'can be stopped while it waits for whoever writes to a pipe' -Skip:$IsWindows {
        $pipe = Join-Path $TestFolder waiting.json
        mkfifo $pipe
        $begun = [Threading.ManualResetEventSlim]::new()
        $shell = [powershell]::Create().AddScript("param(`$begun) Import-Module '$ModulePath'; `$begun.Set(); Import-KvTree '$pipe' app -Store main").AddArgument($begun)
        $null = $shell.BeginInvoke()
        $begun.Wait(30000) | Should -BeTrue
        $shell.BeginStop($null, $null).AsyncWaitHandle.WaitOne(30000) | Should -BeTrue
        $shell.InvocationStateInfo.State | Should -Be Stopped
        $shell.Dispose()
    }

    It 'loads the reader of CSV only for CSV, and apart from other modules' {
        Invoke-TestPowerShell @"
            function Get-Loaded { [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { `$_.GetName().Name -eq 'CsvHelper' } | ForEach-Object { [Runtime.Loader.AssemblyLoadContext]::GetLoadContext(`$_).Name } }
            `$null = Connect-KvStore -InMemory
            Import-KvTree '$Json' app
            "json: `$(Get-Loaded)"
            Import-KvTree '$Csv' app
            "csv: `$(Get-Loaded)"
"@ | Should -Be 'json: ', 'csv: Valkeyrie.PowerShell'
    }

    It 'takes files from the pipeline' {
        Get-Item $Json, $Hundred | Import-KvTree -Path piped -Store main -PassThru | ForEach-Object Written | Should -Be 4, 100
    }

    It 'writes nothing with -WhatIf' {
        Import-KvTree $Json whatif -WhatIf -Store main
        Get-KvTree -Prefix whatif -Store main | Should -BeNullOrEmpty
    }

    Context '-Prune' {
        BeforeEach {
            'prune/own', 'prune/text', 'prune/z/y', 'pruned' | Set-KvValue -Value 0 -Store main
        }

        It 'removes what the file lacks, below the directory alone' {
            $done = Import-KvTree $Json prune -Prune -Force -PassThru -Store main
            $done.Removed | Should -Be 2
            Compare-KvTree prune -DifferenceFile $Json -Store main | Should -BeNullOrEmpty
            Test-KvKey pruned -Store main | Should -BeTrue
        }

        It 'shows with -WhatIf and -Confirm what would be written and removed, and so does a copy' {
            $short = New-File short.json '[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}]'
            $said = Invoke-TestPowerShell @"
                `$store = Connect-KvStore -InMemory
                Set-KvValue prune/a 1
                Set-KvValue prune/b 1
                0..6 | ForEach-Object { Set-KvValue prune/old`$_ 1 }
                Import-KvTree '$short' prune -WhatIf
                Import-KvTree '$short' prune -Prune -WhatIf
                Import-KvTree '$short' prune -Prune -StartAfter old3 -WhatIf
                @{ a = 1; c = 1 } | Import-KvTree prune -Prune -WhatIf
                Copy-KvTree prune other -WhatIf
                Copy-KvTree -All other -WhatIf
                Set-KvValue second/a 1
                Copy-KvTree second prune -Prune -WhatIf
                try { Import-KvTree '$short' prune -Prune -ErrorAction Stop } catch { }
                `$store.Store.Info.Address
                "`$(Get-KvTree -Count)"
                Import-KvTree '$short' prune -Prune -Force -PassThru | ForEach-Object { "`$(`$_.Written) `$(`$_.Unchanged) `$(`$_.Removed)" }
"@
            $removed = "'prune/old0', 'prune/old1', 'prune/old2', 'prune/old3', 'prune/old4'"
            $said | Where-Object { $_ -like 'What if*' } | ForEach-Object { $_ -replace '^.*operation "(.*)" on target.*$', '$1' } | Should -Be @(
                "Import 2 keys of '$short' (1 to write, 1 unchanged)"
                "Import 2 keys of '$short' (1 to write, 1 unchanged), and remove 7 keys: $removed and 2 more"
                "Import 2 keys of '$short' (0 to write, 0 unchanged), and remove 3 keys: 'prune/old4', 'prune/old5', 'prune/old6'"
                "Import 2 keys of the object (1 to write, 1 unchanged), and remove 8 keys: 'prune/b', 'prune/old0', 'prune/old1', 'prune/old2', 'prune/old3' and 3 more"
                "Copy all keys of directory 'prune' of $($said[-3]) (9 to write, 0 unchanged)"
                "Copy all keys of $($said[-3]) (9 to write, 0 unchanged)"
                "Copy all keys of directory 'second' of $($said[-3]) (0 to write, 1 unchanged), and remove 8 keys: 'prune/b', 'prune/old0', 'prune/old1', 'prune/old2', 'prune/old3' and 3 more")
            $said[-2..-1] | Should -Be '10', '1 1 7'
        }

        It 'asks before, so that a session that cannot answer removes nothing' {
            Invoke-TestPowerShell @"
                `$null = Connect-KvStore -InMemory
                Set-KvValue prune/own 1
                try { Import-KvTree '$Json' prune -Prune -ErrorAction Stop } catch { 'refused' }
                Test-KvKey prune/own, prune/text
                Import-KvTree '$Json' prune -Prune -Confirm:`$false
                Test-KvKey prune/own, prune/text
"@ | Should -Be refused, True, False, False, True
        }
    }

    Context 'cut short' {
        It 'by an error says how far it came, and goes on from there with -StartAfter' {
            $failing = [HeldStore]::new($main.Store, 10, $true)
            $failure = Get-ErrorOf { Import-KvTree $Hundred short -Store $failing }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvQuotaExceeded,*'
            $failure.CategoryInfo.Category | Should -Be QuotaExceeded
            "$failure" | Should -BeLike "*after 10 of 100 keys*'k009'*-StartAfter k009 *"
            Get-KvTree short -Store main -Count | Should -Be 10
            $done = Import-KvTree $Hundred short -StartAfter k009 -PassThru -Store main
            $done.Written, $done.LastKey | Should -Be 90, k099
            Get-KvTree short -Store main | ForEach-Object Value | Should -Be (0..99)
        }

        It 'with Ctrl+C says how far it came' {
            $source = Get-Content $PSScriptRoot/Common.ps1 -Raw | Select-String '(?s)function Add-TestStore.*?\n}' | ForEach-Object { $_.Matches.Value -replace '\$PSScriptRoot', $PSScriptRoot }
            $text = Invoke-TestPowerShell @"
                $source
                Add-TestStore HeldStore
                `$store = Connect-KvStore -InMemory
                `$held = [HeldStore]::new(`$store.Store, 20, `$false)
                `$shell = [powershell]::Create()
                `$shell.Runspace = [runspacefactory]::CreateRunspace(`$Host)
                `$shell.Runspace.Open()
                `$null = `$shell.AddScript('param(`$held) Import-Module "$ModulePath"; Import-KvTree "$Hundred" stopped -Store `$held').AddArgument(`$held).BeginInvoke()
                while (-not `$held.IsHolding -or (Get-KvTree -Prefix stopped/ -Store `$store -Count) -lt 20) { [Threading.Thread]::Sleep(10) }
                `$shell.Stop()
                "`$(`$shell.InvocationStateInfo.State)"
"@
            $text[-1] | Should -Be Stopped
            $text -join ' ' | Should -Match "The import stopped (after \d+|before any) of 100 keys"
        }
    }

    It 'shows how far it is' {
        $held = [HeldStore]::new($main.Store, 50, $false)
        $progress = Get-ProgressOf "Import-KvTree '$Hundred' shown -Store `$held" $held
        $progress[0].Activity | Should -BeLike 'Import 100 keys*'
        $progress[0].PercentComplete | Should -BeGreaterOrEqual 0
        $progress[-1].RecordType | Should -Be Completed
    }
}
