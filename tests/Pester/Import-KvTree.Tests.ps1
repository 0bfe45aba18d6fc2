BeforeAll {
    . $PSScriptRoot/Common.ps1
    $main = Connect-KvStore -InMemory -Name main
    Add-TestStore HeldStore
    Set-KvValue app/text "one`r`ntwo `"three`", four"
    Set-KvValue app/empty ''
    Set-KvValue app/bytes ([byte[]] (0..255))
    $odd = [Valkeyrie.KeyCodec]::Plain.Decode([byte[]] (0x61, 0x70, 0x70, 0x2F, 0xFF))
    Set-KvValue $odd ([byte[]] (1, 2))
    $Json = Join-Path $TestFolder app.json
    $Csv = Join-Path $TestFolder app.csv
    Export-KvTree app $Json
    Export-KvTree app $Csv

    # A file of a hundred keys, k000 to k099.
    $Hundred = Join-Path $TestFolder hundred.csv
    0..99 | ForEach-Object { [pscustomobject]@{ Key = 'k{0:000}' -f $_; Value = $_ } } | Export-Csv $Hundred

    function New-File([string] $Name, [string] $Text) {
        $path = Join-Path $TestFolder $Name
        Set-Content $path $Text -NoNewline
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

    It 'takes the keys as they are where no directory is given' {
        Import-KvTree $Hundred -Store main
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

    It 'refuses <Name> before anything is written' -ForEach @(
        @{ Name = 'what is no JSON'; File = 'bad.json'; Text = '[{"Key":"a","Value":"1"},' }
        @{ Name = 'JSON of something else'; File = 'bad.json'; Text = '{"a": 1}' }
        @{ Name = 'a record without a key'; File = 'bad.json'; Text = '[{"Key":"a","Value":"1"},{"Value":"1"}]' }
        @{ Name = 'a record without a value'; File = 'bad.json'; Text = '[{"Key":"a","Value":"1"},{"Key":"b","Value":null}]' }
        @{ Name = 'a missing record'; File = 'bad.json'; Text = '[{"Key":"a","Value":"1"},null]' }
        @{ Name = 'an empty key'; File = 'bad.json'; Text = '[{"Key":"a","Value":"1"},{"Key":"","Value":"1"}]' }
        @{ Name = 'an unknown encoding'; File = 'bad.csv'; Text = "Key,Value,Encoding`na,1,text`nb,1,rot13" }
        @{ Name = 'Base64 that is none'; File = 'bad.csv'; Text = "Key,Value,Encoding`na,1,text`nb,*,base64" }
        @{ Name = 'other columns'; File = 'bad.csv'; Text = "Name,Text`na,1" }
        @{ Name = 'a line that is cut off'; File = 'bad.csv'; Text = "Key,Value`na,1`nb" }
        @{ Name = 'a key that comes twice'; File = 'bad.csv'; Text = "Key,Value`na,1`nb,1`na,2" }
    ) {
        $failure = Get-ErrorOf { Import-KvTree (New-File $File $Text) refused -Store main }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidFile,*'
        $failure.CategoryInfo.Category | Should -Be InvalidData
        "$failure" | Should -BeLike "*$File*"
        Get-KvTree -Prefix refused -Store main | Should -BeNullOrEmpty
    }

    It 'refuses an unset variable as the directory, which must not mean all keys' {
        (Get-ErrorOf { Import-KvTree $Json $null -Store main }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }

    It 'says of a missing file that there is none' {
        (Get-ErrorOf { Import-KvTree (Join-Path $TestFolder none.json) x -Store main }).CategoryInfo.Category | Should -Be ObjectNotFound
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
            "$failure" | Should -BeLike "*after 10 of 100 keys*'k009'*-StartAfter 'k009'*"
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
            $text -join ' ' | Should -Match "The import stopped (after \d+|before the first) of 100 keys"
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
