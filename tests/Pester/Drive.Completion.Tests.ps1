# Tab on the paths of drives: what is completed, and how little the store is asked for it.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    Add-TestStore CountedStore
    $Inner = Connect-KvStore -InMemory -Name inner
    $Store = [CountedStore]::Before($Inner.Store)
    $Counted = [CountedStore]::Of($Store)
    Set-CompletionPatience 00:01
    $null = New-PSDrive -Name many -PSProvider Kv -Root '' -Store $Store -Scope Global

    function Complete([string] $Line) {
        $Counted.Forget()
        (TabExpansion2 $Line $Line.Length).CompletionMatches
    }

    function Get-Completion([string] $Line) {
        (Complete $Line).CompletionText -replace '\\', '/'
    }

    1..1500 | ForEach-Object { [pscustomobject]@{ Key = "app/user$('{0:d4}' -f $_)"; Value = 'x' } } | Set-KvValue -Store $Inner
    'app/zeta/one', 'app/Zoo', 'app/zulu/two/three', 'app/name' | Set-KvValue -Value 1 -Store $Inner
}

AfterAll {
    Set-CompletionPatience 00:00:00.5
    Set-Location $PSScriptRoot
    Remove-PSDrive many -ErrorAction Ignore
    Stop-TestServer
}

Describe 'Tab on a path of a drive' {
    It 'asks the store once, for the keys alone, and for those alone that begin as the word does: <Line>' -ForEach @(
        @{ Line = 'Get-Item many:/app/user010'; Prefix = 'user010'; Count = 10 }
        @{ Line = 'Get-Item many:/app/USER1500'; Prefix = 'USER1500'; Count = 1 }
        @{ Line = "Remove-Item -LiteralPath 'many:/app/user12"; Prefix = 'user12'; Count = 100 }
        @{ Line = 'Copy-Item many:/app/name "many:/app/z'; Prefix = 'z'; Count = 3 }
        @{ Line = 'Move-Item many:/app/name -Destination many:/app/user0001'; Prefix = 'user0001'; Count = 1 }
        @{ Line = 'cat many:/app/nothing'; Prefix = 'nothing'; Count = 0 }
        @{ Line = 'cd many:/app/zu'; Prefix = 'zu'; Count = 1 }
        @{ Line = 'if (Test-Path many:/app/zo'; Prefix = 'zo'; Count = 1 }
    ) {
        @(Complete $Line).Count | Should -Be $Count
        $Counted.Calls | Should -Be 'ListEntriesAsync'
        $Counted.Listings.NamePrefix, $Counted.Listings.KeysOnly, $Counted.EntriesRead | Should -Be $Prefix, $true, $Count
    }

    It 'completes names in any case, values and directories' {
        Get-Completion 'Get-Item many:/app/z' | Should -Be many:/app/zeta, many:/app/Zoo, many:/app/zulu
        (Complete 'Get-Item many:/app/z').ResultType | Should -Be ProviderContainer, ProviderItem, ProviderContainer
        Get-Completion 'Get-Item many:/a' | Should -Be many:/app
    }

    It 'completes directories alone where one is wanted, however many values lie before them: <_>' -ForEach 'cd', 'Set-Location -LiteralPath', 'pushd' {
        Get-Completion "$_ many:/app/" | Should -Be many:/app/zeta, many:/app/zulu
        Get-Completion "$_ many:/app/z" | Should -Be many:/app/zeta, many:/app/zulu
    }

    It 'completes relative paths' {
        Push-Location many:/app
        Get-Completion 'Get-Item user150' | Should -Be ./user1500
        Get-Completion 'Get-Item zulu/t' | Should -Be ./zulu/two
        Get-Completion 'Get-Item ../app/n' | Should -Be ./name
        Get-Completion 'Get-Item ./Zo' | Should -Be ./Zoo
        Pop-Location
    }

    It 'completes a thousand names at most, and reads no more' {
        @(Complete 'Get-Item many:/app/').Count | Should -Be 1000
        $Counted.EntriesRead | Should -Be 1000
        @(Complete 'Get-Item many:/app/user').Count | Should -Be 1000
    }

    It 'leaves a word that depends on variables to PowerShell' {
        $where = 'app'
        Get-Completion 'Get-Item many:/$where/zu' | Should -Be many:/app/zulu
        Get-Completion 'Get-Item "many:/$where/zu' | Should -Be '"many:/app/zulu"'
        $Counted.Listings.NamePrefix | Should -Be ''
    }

    It 'completes at the cursor, not at the end of the line' {
        (TabExpansion2 'Get-Item many:/app/zu -Force' 21).CompletionMatches.CompletionText -replace '\\', '/' | Should -Be many:/app/zulu
    }

    It 'completes the same where an editor asks, as PSReadLine does' {
        $Counted.Forget()
        $shell = [powershell]::Create('CurrentRunspace')
        $completed = [Management.Automation.CommandCompletion]::CompleteInput('Get-Item many:/app/zu', 21, $null, $shell).CompletionMatches
        $shell.Dispose()
        $completed.CompletionText -replace '\\', '/' | Should -Be many:/app/zulu
        $Counted.Listings.NamePrefix | Should -Be zu
    }

    It 'still knows the parameters that the drive brings' {
        (Complete 'Get-ChildItem many:/app -KeysO').CompletionText | Should -Be '-KeysOnly'
    }

    It 'does not narrow what somebody''s own completer lists' {
        function Show-App {
            param([ArgumentCompleter({ (Get-ChildItem many:/app -Directory).Name })] $Name)
            $Name
        }

        Get-Completion 'Show-App -Name e' | Should -Be zeta, zulu
        $Counted.Listings.NamePrefix | Should -Be ''
    }

    It 'does not narrow listings' {
        @(Get-ChildItem many:/app).Count | Should -Be 1504
        $Counted.Forget()
        (Get-ChildItem many:/app/z*).Name | Should -Be Zoo, zeta, zulu
        (Get-ChildItem many:/app -Filter z*).Name | Should -Be Zoo, zeta, zulu
        $Counted.EntriesRead | Should -BeLessThan 20 -Because 'the store is asked for what begins as the filter does'
        (Get-ChildItem many:/ -Recurse -Filter z*).Name | Should -Be Zoo, zeta, zulu
        (Get-ChildItem many:/app/*u*2).Count | Should -Be 150
    }

    It 'gives nothing, and no error, when the store does not answer, and asks it once' {
        $Counted.IsAway = $true
        Set-CompletionPatience 00:00:00.5
        $Error.Clear()
        Complete 'Get-Item many:/app/us' | Should -BeNullOrEmpty
        Complete 'cd many:/app/' | Should -BeNullOrEmpty
        $Counted.Calls | Should -Be 'ListEntriesAsync'
        $Counted.GivenUp | Should -Be 2
        $Error | Should -BeNullOrEmpty
        $Counted.IsAway = $false
        Set-CompletionPatience 00:01
    }

    It 'gives nothing, and no error, when the server is gone' -Tag etcd {
        $gone = Start-TestServer
        $lost = Connect-KvStore $gone -Name lost
        $null = New-PSDrive -Name lost -PSProvider Kv -Root '' -Store $lost
        $Started[-1].Kill()
        $Started[-1].WaitForExit()
        Set-CompletionPatience 00:00:00.5
        $Error.Clear()
        Complete 'Get-Item lost:/a' | Should -BeNullOrEmpty
        $Error | Should -BeNullOrEmpty
        Set-CompletionPatience 00:01
        Remove-PSDrive lost
        $lost | Disconnect-KvStore
    }

    It 'offers nothing below a value, whoever completes: <_>' -ForEach 'Get-Content many:/app/name/', '$name = "many:/app/name"; Get-Content $name/', 'Set-Location many:/app/name/' {
        $name = 'many:/app/name'
        (TabExpansion2 $_ $_.Length).CompletionMatches | Should -BeNullOrEmpty
        [Management.Automation.CommandCompletion]::CompleteInput($_, $_.Length, $null).CompletionMatches | Should -BeNullOrEmpty
        Test-Path "$name/" | Should -BeFalse
        Test-Path $name | Should -BeTrue
        Test-Path many:/app/zeta/ | Should -BeTrue
    }

    It 'opens no store' {
        Invoke-TestPowerShell '(TabExpansion2 "Get-Item kv:/a" 14).CompletionMatches.Count; @(Get-KvStore).Count; $Error.Count; Test-Path "$env:XDG_DATA_HOME/valkeyrie/store.db"' |
            Should -Be '0', '0', '0', 'False'
    }

    Context 'gives a text that means the item' {
        BeforeAll {
            $odd = 'two words', "it's", 'say "so"', 'a[1]', 'b*c', 'c?d', 'd`e', '$home', 'f(g)', 'h;i', 'j,k', '@l', '#m', 'n{o}', '50%', 'p%5Cq', 'r\s', '&t'
            $odd | ForEach-Object { Set-KvValue "odd/$_" $_ -Store $Inner }
        }

        It 'with -<Parameter> typed <Quote>like this' -ForEach @(
            @{ Parameter = 'LiteralPath'; Quote = '' }
            @{ Parameter = 'LiteralPath'; Quote = "'" }
            @{ Parameter = 'Path'; Quote = '' }
            @{ Parameter = 'Path'; Quote = "'" }
        ) {
            $found = (Complete "Get-Content -$Parameter ${Quote}many:/odd/").CompletionText |
                ForEach-Object { (& ([scriptblock]::Create("Get-Item -$Parameter $_"))).Value }
            $found | Sort-Object | Should -Be ($odd | Sort-Object)
        }

        It 'after its first characters, too: <Typed>' -ForEach @(
            @{ Typed = 'tw'; Key = 'two words' }
            @{ Typed = "'say"; Key = 'say "so"'; }
            @{ Typed = '50'; Key = '50%' }
            @{ Typed = 'p%'; Key = 'p%5Cq' }
            @{ Typed = 'r%5'; Key = 'r\s' }
        ) {
            $quote = $Typed[0] -eq "'" ? "'" : ''
            $completed = (Complete "Get-Item ${quote}many:/odd/$($Typed.Trim("'"))").CompletionText
            @($completed).Count | Should -Be 1
            (& ([scriptblock]::Create("Get-Item $completed"))).Value | Should -Be $Key
        }
    }
}
