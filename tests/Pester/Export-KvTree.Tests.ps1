BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Connect-KvStore -InMemory -Name main
    $Texts = @{
        plain      = 'a value'
        empty      = ''
        lines      = "one`r`ntwo`nthree`rfour"
        quotes     = 'say "hi", it''s #1'
        blanks     = "  led and trailed`t"
        letters    = 'grüße 你好 😀'
        'a key, "' = 'of its own'
        "line`nkey" = '1'
    }
    $Texts.Keys | ForEach-Object { Set-KvValue "app/$_" $Texts[$_] }
    Set-KvValue app/bytes ([byte[]] (0..255))
    Set-KvValue application/x 'not in the directory app'

    # A key with a byte that is no UTF-8, as others may store it.
    $odd = [Valkeyrie.KeyText]::Decode([byte[]] (0x61, 0x70, 0x70, 0x2F, 0xFF))
    Set-KvValue $odd ([byte[]] (1, 2))

    function Get-TestPath([string] $Name) { Join-Path $TestFolder $Name }
}

AfterAll { Stop-TestServer }

Describe 'Export-KvTree' {
    It 'writes <_> that PowerShell''s own command reads, every text as it is' -ForEach json, csv {
        $file = Get-TestPath "texts.$_"
        Export-KvTree app $file | Should -BeNullOrEmpty
        $records = if ($_ -eq 'json') { Get-Content $file -Raw | ConvertFrom-Json } else { Import-Csv $file }
        $records | Should -HaveCount ($Texts.Count + 2)
        foreach ($key in $Texts.Keys) {
            $record = $records | Where-Object Key -CEQ $key
            $record.Encoding | Should -BeExactly text
            $record.Value | Should -BeExactly $Texts[$key]
        }

        $bytes = $records | Where-Object Key -EQ bytes
        $bytes.Encoding | Should -Be base64
        [Convert]::FromBase64String($bytes.Value) | Should -Be (0..255)
        ($records | Where-Object Encoding -EQ base64-all).Key | Should -Be ([Convert]::ToBase64String([byte[]] 255))
    }

    It 'writes the keys below the directory, or whole ones with -FullKey' {
        Export-KvTree app (Get-TestPath part.csv)
        Export-KvTree app (Get-TestPath whole.csv) -FullKey
        (Import-Csv (Get-TestPath part.csv)).Key | Should -Contain plain
        (Import-Csv (Get-TestPath whole.csv)).Key | Should -Contain app/plain
        (Import-Csv (Get-TestPath whole.csv)).Key | Should -Not -Contain application/x
    }

    It 'writes a record a line, in key order' {
        Export-KvTree application (Get-TestPath lines.json)
        Get-Content (Get-TestPath lines.json) | Should -Be '[', '{"Key":"x","Value":"not in the directory app","Encoding":"text"}', ']'
        Export-KvTree app (Get-TestPath order.json)
        $keys = (Get-Content (Get-TestPath order.json) -Raw | ConvertFrom-Json | Where-Object Encoding -NE base64-all).Key
        $keys | Should -Be ($keys | Sort-Object { $_ } -Culture '' -CaseSensitive)
    }

    It 'writes everything with -All' {
        Export-KvTree -All (Get-TestPath all.json)
        (Get-Content (Get-TestPath all.json) -Raw | ConvertFrom-Json).Count | Should -Be (Get-KvTree -Count)
        (Get-ErrorOf { Export-KvTree -All:$false (Get-TestPath none.json) }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        Get-TestPath none.json | Should -Not -Exist
    }

    It 'writes an older revision' {
        $before = (Set-KvValue old/a 1 -PassThru).Revision
        Set-KvValue old/a 2
        Export-KvTree old (Get-TestPath old.csv) -Revision $before
        (Import-Csv (Get-TestPath old.csv)).Value | Should -Be 1
    }

    It 'writes a file without records for a directory that is a leaf' {
        Set-KvValue leaf 1
        Export-KvTree leaf (Get-TestPath leaf.json)
        Export-KvTree leaf (Get-TestPath leaf.csv)
        Get-Content (Get-TestPath leaf.json) | Should -Be '[]'
        Get-Content (Get-TestPath leaf.csv) | Should -Be '"Key","Value","Encoding"'
    }

    It 'takes the format from -Format if the extension is unknown; without it, the error lists the formats that can be written' {
        Export-KvTree application (Get-TestPath data.txt) -Format Csv
        (Import-Csv (Get-TestPath data.txt)).Key | Should -Be x
        (Get-ErrorOf { Export-KvTree application (Get-TestPath other.txt) }).Exception.Message |
            Should -BeLike '*Specify -Format: Json, Csv, JsonLines, NestedJson, Yaml, PowerShellData, KeyValue.'
        (Get-ErrorOf { Import-KvTree application -FilePath (Get-TestPath data.txt) }).Exception.Message | Should -BeLike '*Specify -Format: *, EtcdJson, ConsulJson.'
        Get-TestPath other.txt | Should -Not -Exist
    }

    It 'says of a missing directory that it is not found, and leaves the file as it was' {
        Set-Content (Get-TestPath kept.json) 'as it was'
        $failure = Get-ErrorOf { Export-KvTree missing (Get-TestPath kept.json) }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvKeyNotFound,*'
        $failure.TargetObject | Should -Be missing
        Get-Content (Get-TestPath kept.json) | Should -Be 'as it was'
        Get-ChildItem $TestFolder -Filter *.tmp | Should -BeNullOrEmpty
    }

    It 'replaces a file, but not with -NoClobber, nor a read-only one without -Force' {
        $file = Get-TestPath twice.json
        Set-Content $file old
        (Get-ErrorOf { Export-KvTree application $file -NoClobber }).FullyQualifiedErrorId | Should -BeLike 'KvFileFailed,*'
        Get-Content $file | Should -Be old
        Export-KvTree application $file
        (Get-Content $file -Raw | ConvertFrom-Json).Key | Should -Be x
        Set-Content $file old
        Set-ItemProperty $file -Name IsReadOnly -Value $true
        (Get-ErrorOf { Export-KvTree application $file }).CategoryInfo.Category | Should -Be PermissionDenied
        Get-Content $file | Should -Be old
        Export-KvTree application $file -Force
        (Get-Content $file -Raw | ConvertFrom-Json).Key | Should -Be x
    }

    It 'replaces a file that somebody reads just now' {
        # Windows does so only when they have let go of it: when the new file lies beside it, or at last when the export has ended.
        $file = Get-TestPath read.json
        Set-Content $file old
        $end = [Threading.ManualResetEventSlim]::new()
        $reader = Start-ThreadJob -ArgumentList $file, $end {
            param($file, $end)
            $stream = [IO.File]::Open($file, 'Open', 'Read', 'ReadWrite, Delete')
            'reading'
            while (-not $end.Wait(1) -and -not (Get-ChildItem "$file.*.tmp")) { }
            $stream.Dispose()
        }
        Wait-Until { Receive-Job $reader -Keep } 'a reader'
        try { Export-KvTree application $file -ErrorAction Stop } finally { $end.Set(); $null = Receive-TestJob $reader }
        (Get-Content $file -Raw | ConvertFrom-Json).Key | Should -Be x
        Get-ChildItem "$file.*" | Should -BeNullOrEmpty
    }

    It 'says where the directory belongs, for <Name>' -ForEach @(
        @{ Name = 'a file alone'; Run = { Export-KvTree conf.json }; Says = 'Specify the directory before the file: Export-KvTree DIRECTORY conf.json*' }
        @{ Name = 'a file before the directory'; Run = { Export-KvTree conf.yaml app }; Says = 'The directory comes first: Export-KvTree app conf.yaml.*' }
    ) {
        $failure = Get-ErrorOf $Run
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        $failure.Exception.Message | Should -BeLike $Says
    }

    It 'writes what <Format> readers can hand to Set-KvValue without losing bytes, and a damaged record is refused' -ForEach @(
        @{ Format = 'json'; Read = { Get-Content $args[0] -Raw | ConvertFrom-Json } }
        @{ Format = 'csv'; Read = { Import-Csv $args[0] } }
    ) {
        $bytes = [byte[]](0, 255, 1, 200)
        Set-KvValue records/bytes $bytes
        Set-KvValue records/text 'AAAA'
        $file = Get-TestPath "records.$Format"
        Export-KvTree records $file -FullKey
        Remove-KvTree records -Confirm:$false
        $records = & $Read $file
        $records | Set-KvValue
        (Get-KvValue records/bytes).Bytes | Should -Be $bytes
        Get-KvValue records/text -ValueOnly | Should -Be 'AAAA'
        $records | Where-Object Key -EQ records/bytes | Set-KvValue -Key { "moved/$($_.Key)" }
        (Get-KvValue moved/records/bytes).Bytes | Should -Be $bytes
        $damaged = [pscustomobject]@{ Key = 'records/bad'; Value = '?'; Encoding = 'base64' }
        (Get-ErrorOf { $damaged | Set-KvValue }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        Test-KvKey records/bad | Should -BeFalse
        Remove-KvTree moved -Confirm:$false
        Remove-KvTree records -Confirm:$false
    }

    It 'writes UTF-8 whatever the console''s code page is, and so reads it back' {
        $page = [Console]::OutputEncoding
        [Console]::OutputEncoding = [Text.Encoding]::GetEncoding(850)
        try {
            Set-KvValue page/a 'größer ✓ 你好 😀'
            Export-KvTree page (Get-TestPath page.json)
            [IO.File]::ReadAllText((Get-TestPath page.json), [Text.UTF8Encoding]::new($false, $true)) | Should -BeLike '*größer ✓ 你好*'
            Remove-KvTree page -Confirm:$false | Out-Null
            Import-KvTree (Get-TestPath page.json) page | Out-Null
            Get-KvValue page/a -ValueOnly | Should -BeExactly 'größer ✓ 你好 😀'
        }
        finally { [Console]::OutputEncoding = $page }
    }

    It 'refuses a device and a stream within a file, and makes no file beside them' -Skip:(-not $IsWindows) {
        $null = New-Item -ItemType Directory (Get-TestPath odd)
        (Get-ErrorOf { Export-KvTree app NUL -Format Json }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        (Get-ErrorOf { Export-KvTree app (Get-TestPath 'odd/file.json:hidden') -Format Json }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        Get-ChildItem (Get-TestPath odd) -Force | Should -BeNullOrEmpty
    }

    It 'writes through pipes and devices, keeps modes, and leaves nothing where there is no room' -Skip:$IsWindows {
        $script = Get-TestPath through.ps1
        Set-Content $script @"
            `$ErrorActionPreference = 'Stop'
            Import-Module '$ModulePath'
            `$null = Connect-KvStore -InMemory
            Set-KvValue app/x 1
            Export-KvTree app /dev/stdout -Format Json
            Export-KvTree app pipe.csv
            Export-KvTree app /dev/null -Format Csv
            try { Export-KvTree app /dev/full -Format Csv } catch { "`$_" }
            Set-KvValue app/large ('x' * 5000000)
            try { Export-KvTree app old.json } catch { "`$_" }
"@
        # The limit is 2048 blocks of 512 or 1024 bytes for each file. Ignored by the shell, the signal is ignored by what it starts, which then sees an error instead.
        $run = "ulimit -f 2048; export DOTNET_EnableWriteXorExecute=0; trap '' XFSZ; exec '$Pwsh' -NoProfile -NonInteractive -File '$script'"
        $text = bash -c "cd '$TestFolder' && mkdir room && cd room && mkfifo pipe.csv && echo old > old.json && chmod 640 old.json && (cat pipe.csv > piped &) && $run"
        $text[0..2] | Should -Be '[', '{"Key":"x","Value":"1","Encoding":"text"}', ']'
        $text[3] | Should -BeLike "'/dev/full' cannot be written to: *"
        $text[4] | Should -BeLike "The file '*old.json' cannot be written: *larger than*"
        "$text" | Should -Not -BeLike '*.tmp*'
        Get-ChildItem (Get-TestPath room) | ForEach-Object Name | Should -Be old.json, pipe.csv, piped
        Get-Content (Get-TestPath room/old.json) | Should -Be old
        Get-Content (Get-TestPath room/piped) | Should -Be '"Key","Value","Encoding"', '"x","1","text"'
        (Get-Item (Get-TestPath room/pipe.csv)).UnixStat.ItemType | Should -Be NamedPipe
        Export-KvTree application (Get-TestPath room/old.json)
        (Get-Item (Get-TestPath room/old.json)).UnixFileMode | Should -Be 'GroupRead, UserWrite, UserRead'
    }

    It 'moves a million pairs through files in 64 MiB of memory' {
        $env:DOTNET_GCHeapHardLimit = '4000000'
        try {
            $differences, $size = Invoke-TestPowerShell @"
                `$null = Connect-KvStore -Path '$(Get-TestPath million.db)'
                `$lines = [IO.StreamWriter]::new('$(Get-TestPath million.jsonl)')
                for (`$i = 0; `$i -lt 1000000; `$i++) { `$lines.Write('{"Key":"' + `$i.ToString('d4/000/000') + '","Value":"value ' + `$i + '"}' + "``n") }
                `$lines.Dispose()
                Import-KvTree '$(Get-TestPath million.jsonl)' app
                Export-KvTree app '$(Get-TestPath million.json)' -Nested
                @(Compare-KvTree app -DifferenceFile '$(Get-TestPath million.json)').Count
                (Get-Item '$(Get-TestPath million.json)').Length
"@
        }
        finally {
            Remove-Item Env:DOTNET_GCHeapHardLimit
        }

        $differences | Should -Be 0
        [long] $size | Should -BeGreaterThan 20000000
    }

    It 'writes keys with control characters in Base64, which no terminal obeys' {
        Set-KvValue "escape/a`e[2J" 1
        Set-KvValue escape/b "`u{9B}31m"
        Export-KvTree escape (Get-TestPath escape.csv)
        (Import-Csv (Get-TestPath escape.csv)).Encoding | Should -Be base64-all, base64
        Compare-KvTree escape -DifferenceFile (Get-TestPath escape.csv) | Should -BeNullOrEmpty
        Remove-KvTree escape -Confirm:$false
    }

    It 'writes nothing with -WhatIf, and emits the file with -PassThru' {
        Export-KvTree application (Get-TestPath whatif.json) -WhatIf
        Get-TestPath whatif.json | Should -Not -Exist
        (Export-KvTree application (Get-TestPath passed.json) -PassThru).FullName | Should -Be (Get-TestPath passed.json)
    }

    It 'takes directories from the pipeline, and each file''s name from them' {
        'app', 'application' | Export-KvTree -FilePath { Get-TestPath "piped-$_.csv" }
        (Import-Csv (Get-TestPath piped-application.csv)).Key | Should -Be x
        Get-TestPath piped-app.csv | Should -Exist
    }

    It 'keeps to the location of the session' {
        Push-Location $TestFolder
        Export-KvTree application here.json
        Pop-Location
        Get-TestPath here.json | Should -Exist
    }

    It 'says why a file cannot be written' {
        (Get-ErrorOf { Export-KvTree application (Get-TestPath no/such/folder.json) }).CategoryInfo.Category | Should -Be ObjectNotFound
        (Get-ErrorOf { Export-KvTree application 'env:x.json' }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }

    It 'leaves out a key that no store of this module takes, with an error, and writes the others' -Tag etcd {
        $server = Start-TestServer
        $null = Connect-KvStore $server -Name foreign
        # As etcdctl and other clients may store it: through the API's own JSON, in which keys are Base64.
        $null = Invoke-RestMethod "$server/v3/kv/put" -Method Post -Body (@{ key = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes("app/a`0b")); value = 'MQ==' } | ConvertTo-Json)
        Set-KvValue app/c 2 -Store foreign
        $failure = Get-ErrorOf { Export-KvTree app (Get-TestPath nul.json) -Store foreign }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        $failure.TargetObject | Should -Be "app/a`0b"
        (Get-Content (Get-TestPath nul.json) -Raw | ConvertFrom-Json).Key | Should -Be c
        Set-Content (Get-TestPath nul.json) 'as it was'
        { Export-KvTree app (Get-TestPath nul.json) -Store foreign -ErrorAction Stop } | Should -Throw
        Get-Content (Get-TestPath nul.json) | Should -Be 'as it was'
        Get-ChildItem $TestFolder -Filter *.tmp | Should -BeNullOrEmpty
    }
}
