BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Connect-KvStore -InMemory -Name main

    # Does something to the store in another runspace.
    function Start-Writer([string] $Script) {
        Start-ThreadJob -ArgumentList $ModulePath, $Script { param($module, $script) Import-Module $module; & ([scriptblock]::Create($script)) }
    }
}

AfterAll { Stop-TestServer }

Describe 'Wait-KvKey' {
    It 'waits until <Name>' -ForEach @(
        @{ Name = 'keys exist'; Before = {}; Wait = { Wait-KvKey w/a, w/b -Timeout 60 }; Then = 'Set-KvValue w/b 1 -Store main; Set-KvValue w/a 2 -Store main'; Expected = 'w/a=2', 'w/b=1' }
        @{ Name = 'a key is gone'; Before = { Set-KvValue w/gone 1 }; Wait = { Wait-KvKey w/gone -Missing -Timeout 60 }; Then = 'Remove-KvValue w/gone -Store main'; Expected = @() }
        @{ Name = 'a key has a value'; Before = { Set-KvValue w/v no }; Wait = { 'w/v' | Wait-KvKey -Value 007 -Timeout 60 }; Then = 'Set-KvValue w/v 7 -Store main; Set-KvValue w/v 007 -Store main'; Expected = 'w/v=007' }
    ) {
        . $Before
        $writer = Start-Writer $Then
        $pairs = & $Wait
        $pairs | ForEach-Object { "$($_.Key)=$($_.Value)" } | Should -Be $Expected
        $writer | Receive-TestJob
    }

    It 'returns at once where nothing is to be waited for' {
        Set-KvValue now/a 1
        (Wait-KvKey now/a -Exists -Timeout 0).Value | Should -Be 1
        (Wait-KvKey now/a -Value 1 -Timeout 0).Key | Should -Be now/a
        Wait-KvKey now/none -Missing -Timeout 0 | Should -BeNullOrEmpty
    }

    It 'ends with one error for each key that was not so in time, and goes on with the others' {
        Set-KvValue late/a 1
        $pairs = Wait-KvKey late/a, late/b -Timeout 0.01 -ErrorVariable failures -ErrorAction SilentlyContinue
        $pairs.Key | Should -Be late/a
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'KvWaitTimedOut,*'
        $failures[0].TargetObject | Should -Be late/b
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'a switch that is false'; Run = { Wait-KvKey a -Missing:$false } }
        @{ Name = 'the default switched off'; Run = { Wait-KvKey a -Exists:$false } }
        @{ Name = 'a value that is null'; Run = { Wait-KvKey a -Value $null } }
        @{ Name = 'a timeout below zero'; Run = { Wait-KvKey none -Timeout -1 } }
        @{ Name = 'an empty key'; Run = { Wait-KvKey '' } }
    ) {
        (Get-ErrorOf $Run).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }
}
