BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Connect-KvStore -InMemory -Name main
}

AfterAll { Stop-TestServer }

Describe 'Update-KvValue' {
    It 'writes what the block makes of the value, which is $_ and its first argument' {
        Update-KvValue count { 1 + $_ } | Should -BeNullOrEmpty
        Update-KvValue count { param($value) 1 + $value }
        Get-KvValue count -ValueOnly | Should -BeExactly 2
        $null -eq (Update-KvValue new { $null -eq $args[0] ? 'was null' : 'was there' } -PassThru).Value | Should -BeFalse
        Get-KvValue new -ValueOnly | Should -Be 'was null'
    }

    It 'reads and writes JSON, bytes and text' {
        Set-KvValue typed '{"a":1,"list":[1]}'
        Update-KvValue typed -AsJson { $_.a++; $_.list += 2; $_ }
        Get-KvValue typed -ValueOnly | Should -BeExactly '{"a":2,"list":[1,2]}'
        Update-KvValue typed -AsJson { 'text' }
        Get-KvValue typed -ValueOnly | Should -BeExactly '"text"'
        Set-KvValue bytes ([byte[]] (255, 0))
        Update-KvValue bytes -AsByteStream { , [byte[]] ($_ + 7) }
        (Get-KvValue bytes -AsByteStream) -join ' ' | Should -Be '255 0 7'
    }

    It 'runs again where somebody wrote in between' {
        Set-KvValue raced 1
        $script:runs = 0
        $pair = Update-KvValue raced { if ($script:runs++ -lt 2) { Set-KvValue raced (10 * $script:runs) }; 1 + $_ } -PassThru
        $script:runs | Should -Be 3
        $pair.Value | Should -Be 21
    }

    It 'ends with an error after so many attempts' {
        Set-KvValue busy 1
        $script:runs = 0
        $failure = Get-ErrorOf { Update-KvValue busy { $script:runs++; Set-KvValue busy $script:runs; 'lost' } -MaximumRetryCount 2 }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvKeyModified,*'
        $failure.TargetObject | Should -Be busy
        $script:runs | Should -Be 3
        Get-KvValue busy -ValueOnly | Should -Be 3
    }

    It 'loses no change of many processes of one store' {
        $file = Join-Path $TestFolder shared.db
        $null = Connect-KvStore -Path $file -Name shared
        $jobs = 1..4 | ForEach-Object { Start-ThreadJob -ArgumentList $ModulePath { param($module) Import-Module $module; 1..25 | ForEach-Object { Update-KvValue hits { 1 + $_ } -Store shared } } }
        $jobs | Receive-TestJob
        Get-KvValue hits -ValueOnly -Store shared | Should -Be 100
        Disconnect-KvStore shared
        Select-KvStore main
    }

    It 'takes keys from the pipeline' {
        Set-KvValue many/a 1
        Set-KvValue many/b 2
        Get-KvTree many | Update-KvValue { 10 * $_ }
        'many/c' | Update-KvValue { "new$_" }
        (Get-KvTree many).Value | Should -Be '10', '20', 'new'
    }

    It 'keeps the time to live, or sets another' {
        Set-KvValue timed 1 -Ttl 300
        Update-KvValue timed { 2 }
        (Get-KvValue timed -IncludeTtl).Ttl.TotalSeconds | Should -Be 300
        Update-KvValue timed { 3 } -Ttl 600
        (Get-KvValue timed -IncludeTtl).Ttl.TotalSeconds | Should -Be 600
    }

    It 'leaves the key as it is where the block <Name>' -ForEach @(
        @{ Name = 'throws'; Block = { throw 'no' }; Says = '*failed*kept*no' }
        @{ Name = 'divides by zero in its middle'; Block = { $x = 1 / 0; "value$x" }; Says = '*failed*kept*divide*' }
        @{ Name = 'writes an error'; Block = { Get-Item /none/such; 'x' }; Says = '*failed*kept*' }
        @{ Name = 'emits nothing'; Block = { $null = 1 }; Says = '*returned no value*kept*' }
        @{ Name = 'emits null'; Block = { $null }; Says = '*null*' }
    ) {
        $before = Set-KvValue kept as-it-was -PassThru
        $failure = @(Get-ErrorOf { Update-KvValue kept $Block })
        $failure.Count | Should -Be 1
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        $failure[0].TargetObject | Should -Be kept
        "$($failure[0])" | Should -BeLike $Says
        (Get-KvValue kept).Revision | Should -Be $before.Revision
    }

    It 'goes on behind a key whose value is not JSON' {
        Set-KvValue several/a x
        Set-KvValue several/b 1
        Update-KvValue several/a, several/b -AsJson { $_ + 1 } -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.FullyQualifiedErrorId | Should -BeLike 'KvInvalidJson,*'
        Get-KvValue several/b -ValueOnly | Should -Be 2
    }

    It 'gets the value as $_ and as the first argument, and a number that comes first adds' {
        Set-KvValue counter 1
        Update-KvValue counter { 1 + $_ }
        Update-KvValue counter { [int] $_ + 1 }
        Update-KvValue counter { param($hits) 1 + $hits }
        Get-KvValue counter -ValueOnly | Should -Be 4
        Update-KvValue counter { $_ + 1 }
        Get-KvValue counter -ValueOnly | Should -Be 41
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'a missing key that must exist'; Run = { Update-KvValue none { 1 } -MustExist }; Id = 'KvKeyNotFound' }
        @{ Name = 'text that is none'; Run = { Set-KvValue odd ([byte[]] 255); Update-KvValue odd { 1 } }; Id = 'KvInvalidArgument' }
        @{ Name = 'JSON that is none'; Run = { Set-KvValue odd 'x'; Update-KvValue odd { 1 } -AsJson }; Id = 'KvInvalidJson' }
        @{ Name = 'JSON and bytes at once'; Run = { Update-KvValue odd { 1 } -AsJson -AsByteStream }; Id = 'KvInvalidArgument' }
        @{ Name = 'an empty key'; Run = { Update-KvValue '' { 1 } }; Id = 'KvInvalidArgument' }
        @{ Name = 'to be part of a transaction'; Run = { Invoke-KvTransaction -Then { Update-KvValue a { 1 } } }; Id = 'KvNotSupported' }
    ) {
        (Get-ErrorOf $Run).FullyQualifiedErrorId | Should -BeLike "$Id,*"
    }

    It 'does not run the block with -WhatIf' {
        $script:runs = 0
        Update-KvValue whatif { $script:runs++; 1 } -WhatIf
        $script:runs | Should -Be 0
        Test-KvKey whatif | Should -BeFalse
    }
}
