BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Connect-KvStore -InMemory -Name content
}

AfterAll { Stop-TestServer }

Describe 'Content on a drive' {
    AfterEach { Remove-KvTree -All -Confirm:$false -ErrorAction Ignore }

    Context 'is written' {
        It 'as Set-KvValue writes it: <Given>' -ForEach @(
            @{ Given = 'a' }, @{ Given = '' }, @{ Given = "a`nb`r`n" }, @{ Given = 5 }, @{ Given = 1.5 }, @{ Given = $true }, @{ Given = @{ a = 1 } }
            @{ Given = [datetime] '2024-02-29' }
        ) {
            $Given | Set-Content kv:/drive
            Set-KvValue plain $Given
            (Get-KvValue drive).Value | Should -BeExactly (Get-KvValue plain).Value
        }

        It 'by lines that are joined, with nothing after the last' {
            'a', 'b', 'c' | Set-Content kv:/x
            (Get-KvValue x).Value | Should -BeExactly "a`nb`nc"
            'a', 'b' | Set-Content kv:/x -NoNewline
            (Get-KvValue x).Value | Should -BeExactly ab
            Set-Content kv:/x d, e
            (Get-KvValue x).Value | Should -BeExactly "d`ne"
        }

        It 'whole, in one step' {
            Set-KvValue x old
            'a', 'b' | Set-Content kv:/x
            (Get-KvValue x).Version | Should -Be 2
        }

        It 'as bytes' {
            $bytes = [byte[]] (0, 10, 13, 255, 0xC3)
            Set-Content kv:/b $bytes -AsByteStream
            (Get-KvValue b).Bytes | Should -Be $bytes
            $bytes | Set-Content kv:/c
            (Get-KvValue c).Bytes | Should -Be $bytes
            Get-Item kv:/b | ForEach-Object { Set-Content kv:/d $_ }
            (Get-KvValue d).Bytes | Should -Be $bytes
        }

        It 'not at all where a piece is refused' {
            Set-KvValue x old
            (Get-ErrorOf { 'text' | Set-Content kv:/x -AsByteStream }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            (Get-ErrorOf { 'text', { block } | Set-Content kv:/x }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            (Get-KvValue x).Value | Should -Be old
        }

        It 'with a time to live' {
            Set-Content kv:/x v -Ttl 100
            (Get-KvValue x).LeaseId | Should -Not -Be 0
        }

        It 'to several keys, beside a directory of that name, and not to the root' {
            Set-KvValue app/x 1
            Set-Content kv:/app, kv:/other v
            (Get-KvValue app).Value, (Get-KvValue other).Value | Should -Be v, v
            (Get-ErrorOf { Set-Content kv:/ v }).FullyQualifiedErrorId | Should -BeLike 'KvIsDirectory,*'
        }

        It 'not with -WhatIf' {
            Set-Content kv:/x v -WhatIf
            Add-Content kv:/x v -WhatIf
            Set-Item kv:/x v -WhatIf
            New-Item kv:/x -Value v -WhatIf
            Test-KvKey x | Should -BeFalse
            Set-KvValue x v
            Clear-Content kv:/x -WhatIf
            (Get-KvValue x).Value | Should -Be v
        }

        It 'by Set-Item as one value' {
            Set-Item kv:/x "a`n"
            (Get-KvValue x).Value | Should -BeExactly "a`n"
        }
    }

    Context 'is read' {
        It 'by lines, or in one piece' {
            Set-KvValue x "a`nb`r`n`nc"
            Get-Content kv:/x | Should -Be a, b, '', c
            Get-Content kv:/x -Raw | Should -BeExactly "a`nb`r`n`nc"
            Get-Content kv:/x -TotalCount 2 | Should -Be a, b
            (Get-Content kv:/x -ReadCount 0).Count | Should -Be 4
            Set-KvValue empty ''
            Get-Content kv:/empty | Should -BeNullOrEmpty
            Get-Content kv:/empty -Raw | Should -BeExactly ''
        }

        It 'with what looks like a byte order mark' {
            Set-KvValue x "$([char]0xFEFF)a"
            Get-Content kv:/x -Raw | Should -BeExactly "$([char]0xFEFF)a"
        }

        It 'as bytes, one by one or as an array' {
            Set-KvValue x ([byte[]] (1, 2, 255))
            Get-Content kv:/x -AsByteStream | Should -Be 1, 2, 255
            $whole = Get-Content kv:/x -AsByteStream -Raw
            , $whole | Should -BeOfType byte[]
            $whole | Should -Be 1, 2, 255
        }

        It 'of a directory that has a value, not of one that has none' {
            Set-KvValue both v
            Set-KvValue both/x 1
            Set-KvValue only/x 1
            Get-Content kv:/both | Should -Be v
            (Get-ErrorOf { Get-Content kv:/only }).FullyQualifiedErrorId | Should -BeLike 'KvIsDirectory,*'
            (Get-ErrorOf { Get-Content kv:/ }).FullyQualifiedErrorId | Should -BeLike 'KvIsDirectory,*'
            (Get-ErrorOf { Get-Content kv:/none }).FullyQualifiedErrorId | Should -BeLike 'PathNotFound,*'
        }
    }

    Context 'is added' {
        It 'as further lines' {
            Add-Content kv:/x a
            Add-Content kv:/x b, c
            (Get-KvValue x).Value | Should -BeExactly "a`nb`nc"
            Add-Content kv:/x d -NoNewline
            (Get-KvValue x).Value | Should -BeExactly "a`nb`ncd"
            Set-KvValue ends "a`n"
            Add-Content kv:/ends b
            (Get-KvValue ends).Value | Should -BeExactly "a`nb"
        }

        It 'so that no line is lost when many add at once' {
            $null = Connect-KvStore -InMemory -Name shared
            $null = 1..4 | ForEach-Object -ThrottleLimit 4 -Parallel {
                Import-Module $using:ModulePath
                $null = New-PSDrive shared -PSProvider Kv -Root '' -Store shared
                $writer = $_
                1..25 | ForEach-Object { Add-Content shared:/log "$writer $_" }
            }
            $lines = (Get-KvValue log -Store shared).Value -split "`n"
            $lines | Should -HaveCount 100
            $lines | Sort-Object -Unique | Should -HaveCount 100
            Disconnect-KvStore shared
            Select-KvStore content
        }

        It 'and cleared without an end to the time to live' {
            $lease = (Set-KvValue x a -Ttl 100 -PassThru).LeaseId
            Add-Content kv:/x b
            (Get-KvValue x).LeaseId | Should -Be $lease
            Clear-Content kv:/x
            $cleared = Get-KvValue x
            $cleared.Value, $cleared.LeaseId | Should -Be '', $lease
            (Get-ErrorOf { Clear-Content kv:/none }).FullyQualifiedErrorId | Should -BeLike 'PathNotFound,*'
        }
    }
}
