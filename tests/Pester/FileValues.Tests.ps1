BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Connect-KvStore -InMemory -Name main
    $Bytes = [byte[]] ((0..255) * 300)
    $Hex = [Convert]::ToHexString($Bytes)
    $File = Join-Path $TestFolder 'a [file].bin'
    [IO.File]::WriteAllBytes($File, $Bytes)
    $Out = Join-Path $TestFolder out.bin
}

AfterAll { Stop-TestServer }

Describe 'Set-KvValue -InFile' {
    It 'stores what is in a file, byte by byte, by whatever name it is called' -ForEach 'InFile', 'Path', 'LiteralPath', 'FilePath' {
        $named = @{ $_ = $File }
        Set-KvValue "in/$_" @named
        [Convert]::ToHexString((Get-KvValue "in/$_" -AsByteStream)) | Should -Be $Hex
    }

    It 'stores it under each key that is piped, with a time to live, and an empty file as an empty value' {
        $empty = New-Item (Join-Path $TestFolder empty)
        'in/a', 'in/b' | Set-KvValue -InFile $empty -Ttl 60 -PassThru | ForEach-Object Size | Should -Be 0, 0
        (Get-KvValue in/a).LeaseId | Should -Not -BeNullOrEmpty
    }

    It 'makes the path for each piped object by a script block; a file that cannot be read is the error of its key' {
        $folder = New-Item (Join-Path $TestFolder block) -ItemType Directory
        'a', 'b' | ForEach-Object { Set-Content (Join-Path $folder "$_.pem") "cert $_" -NoNewline }
        Get-ChildItem $folder | Set-KvValue -Key { "block/$($_.Name)" } -InFile { $_ }
        (Get-KvTree block).Value | Should -Be 'cert a', 'cert b'
        'a', 'none', 'b' | Set-KvValue -Key { "named/$_" } -InFile { Join-Path $folder "$_.pem" } -ErrorVariable failures -ErrorAction SilentlyContinue
        (Get-KvTree named).Value | Should -Be 'cert a', 'cert b'
        $failures | Should -HaveCount 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'KvFileFailed,*'
        "$failures" | Should -BeLike '*none.pem*does not exist*'
    }

    It 'refuses <Name>, and writes nothing' -ForEach @(
        @{ Name = 'a file that is not there'; Run = { Set-KvValue no/x -InFile (Join-Path $TestFolder none) }; Id = 'KvFileFailed'; Says = 'does not exist' }
        @{ Name = 'a folder'; Run = { Set-KvValue no/x -InFile $TestFolder }; Id = 'KvFileFailed'; Says = 'is a folder' }
        @{ Name = 'a file and a value'; Run = { Set-KvValue no/x 1 -InFile $File }; Id = 'KvInvalidArgument'; Says = '-InFile or -Value, not both' }
        @{ Name = 'a file of another provider'; Run = { Set-KvValue no/x -InFile env:x }; Id = 'KvInvalidArgument'; Says = 'not to a file' }
    ) {
        $failure = Get-ErrorOf { & $Run }
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        "$failure" | Should -BeLike "*$Says*"
        Test-KvKey no/x | Should -BeFalse
    }

    It 'refuses a file that is larger than a value can be, without reading it' {
        $large = [IO.File]::Create((Join-Path $TestFolder large))
        $large.SetLength((Get-KvStore main).Store.Info.Promises.LargestValue + 1)
        $large.Dispose()
        $failure = Get-ErrorOf { Set-KvValue no/x -InFile (Join-Path $TestFolder large) }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        "$failure" | Should -BeLike '*larger than the*'
    }

    It 'is what the error of a piped file leads to' {
        "$(Get-ErrorOf { Get-Item -LiteralPath $File | Set-KvValue no/x })" | Should -BeLike '*-InFile*'
        "$(Get-ErrorOf { Set-KvValue no/x (Get-Item -LiteralPath $File) })" | Should -BeLike '*-InFile*'
    }

    It 'can be part of a transaction' {
        (Invoke-KvTransaction -Then { Set-KvValue in/t -InFile $File }).Succeeded | Should -BeTrue
        [Convert]::ToHexString((Get-KvValue in/t -AsByteStream)) | Should -Be $Hex
    }
}

Describe 'Get-KvValue -OutFile' {
    BeforeAll { Set-KvValue out $Bytes }

    It 'writes the value to a file, byte by byte, and emits nothing' {
        Get-KvValue out -OutFile $Out | Should -BeNullOrEmpty
        [Convert]::ToHexString([IO.File]::ReadAllBytes($Out)) | Should -Be $Hex
        Get-KvValue none -Default x -OutFile $Out
        Get-Content $Out | Should -Be x
    }

    It 'leaves the file as it was where <Name>' -ForEach @(
        @{ Name = 'the key does not exist'; Run = { Get-KvValue none -OutFile $Out }; Id = 'KvKeyNotFound' }
        @{ Name = 'it must not be replaced'; Run = { Get-KvValue out -OutFile $Out -NoClobber }; Id = 'KvFileFailed' }
        @{ Name = 'several keys are asked for'; Run = { 'out', 'in/a' | Get-KvValue -OutFile $Out }; Id = 'KvInvalidArgument' }
        @{ Name = 'several keys are named'; Run = { Get-KvValue out, in/a -OutFile $Out }; Id = 'KvInvalidArgument' }
    ) {
        Set-Content $Out old
        (Get-ErrorOf { & $Run }).FullyQualifiedErrorId | Should -BeLike "$Id,*"
        Get-Content $Out | Should -Be old
        Get-ChildItem $TestFolder -Filter *.tmp | Should -BeNullOrEmpty
    }

    It 'writes nothing with -WhatIf, and replaces a read-only file with -Force' {
        Set-Content $Out old
        Get-KvValue out -OutFile $Out -WhatIf
        Get-Content $Out | Should -Be old
        Set-ItemProperty $Out -Name IsReadOnly -Value $true
        (Get-ErrorOf { Get-KvValue out -OutFile $Out }).CategoryInfo.Category | Should -Be PermissionDenied
        Get-KvValue out -OutFile $Out -Force
        (Get-Item $Out).Length | Should -Be $Bytes.Length
    }
}

Describe 'Copy-Item between a drive and the file system' {
    It 'says what to do instead, either way, and copies within the drive and within the file system' {
        Set-KvValue drive/a 1
        $null = New-PSDrive kvf Kv -Root '' -Scope Global
        try {
            "$(Get-ErrorOf { Copy-Item kvf:/drive/a $Out })" | Should -BeLike '*Get-KvValue KEY -OutFile FILE*'
            Push-Location $TestFolder
            "$(Get-ErrorOf { Copy-Item kvf:/drive/a ./a.txt })" | Should -BeLike '*Export-KvTree*'
            Pop-Location
            Test-Path (Join-Path $TestFolder a.txt) | Should -BeFalse
            "$(Get-ErrorOf { Copy-Item -LiteralPath $File kvf:/drive/f })" | Should -BeLike '*Set-KvValue KEY -InFile FILE*'
            "$(Get-ErrorOf { Copy-Item -LiteralPath $File -Destination kvf:/drive -Recurse })" | Should -BeLike '*Set-KvValue KEY -InFile FILE*'
            Test-KvKey drive/f | Should -BeFalse
            Copy-Item -LiteralPath $File $Out -Force
            Copy-Item kvf:/drive/a kvf:/drive/b
            Get-KvValue drive/b -ValueOnly | Should -Be 1
            Push-Location kvf:/drive
            Copy-Item a c
            Pop-Location
            Get-KvValue drive/c -ValueOnly | Should -Be 1
        }
        finally {
            Remove-PSDrive kvf -Scope Global
        }
    }
}
