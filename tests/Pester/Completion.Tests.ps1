BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    Set-CompletionPatience 00:01
    $null = Connect-KvStore $Server -Name other -Namespace other/
    Set-KvValue elsewhere 1
    $null = Connect-KvStore $Server -Name 'my store'
    'app/name', 'app/web/port', 'application', "it's", 'two words/a' | Set-KvValue -Value 1

    function Complete([string] $Line) {
        (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText
    }
}

AfterAll {
    Set-CompletionPatience 00:00:00.5
    Stop-TestServer
}

Describe 'Tab completes' -Tag etcd {
    It 'the names of stores' {
        Complete 'Get-KvValue a -Store ' | Should -Be 'other', "'my store'"
        Complete 'Get-KvValue a -Store ot' | Should -Be 'other'
        Complete "Disconnect-KvStore 'my" | Should -Be "'my store'"
        Complete 'Get-KvStore o' | Should -Be 'other'
    }

    It 'keys, one part at a time: <Line>' -ForEach @(
        @{ Line = 'Get-KvValue app'; Expected = 'app/', 'application' }
        @{ Line = 'Set-KvValue app/'; Expected = 'app/name', 'app/web/' }
        @{ Line = 'Watch-KvKey app/web/'; Expected = 'app/web/port' }
        @{ Line = 'Use-KvLock appl'; Expected = 'application' }
        @{ Line = 'Remove-KvValue -Key i'; Expected = "'it''s'" }
        @{ Line = 'Test-KvKey two'; Expected = "'two words/'" }
        @{ Line = 'Lock-KvKey ''two words/'; Expected = "'two words/a'" }
        @{ Line = 'Get-KvTree -Prefix app/w'; Expected = 'app/web/' }
    ) {
        Complete $Line | Should -Be $Expected
    }

    It 'keys of the store that is named' {
        Complete 'Get-KvValue -Store other -Key els' | Should -Be 'elsewhere'
    }

    It 'directories alone for -Path' {
        Complete 'Get-KvTree app' | Should -Be 'app/'
        Complete 'Remove-KvTree app/' | Should -Be 'app/web/'
    }

    It 'leases, in quotes that keep their digits from being taken for a decimal number' {
        $lease = New-KvLease 300
        Complete 'Get-KvLease ' | Should -Be "'$lease'"
        Complete "Set-KvValue a 1 -Lease $("$lease".Substring(0, 3))" | Should -Be "'$lease'"
        Complete 'Remove-KvLease -Id zz' | Where-Object { $_ -notlike '*[\/]*' } | Should -BeNullOrEmpty
        Remove-KvLease $lease
    }

    It 'endpoints' {
        Complete 'Connect-KvStore http://127' | Should -Be "'$Server'"
    }

    It 'addresses that Connect-KvStore takes, where there is no server' {
        $store = Connect-KvStore -InMemory -Name memory
        Complete 'Connect-KvStore mem' | Should -Be "'memory:'"
        (Connect-KvStore memory: | Disconnect-KvStore) | Should -BeNullOrEmpty
        $store | Disconnect-KvStore
        Select-KvStore 'my store'
    }

    It 'nothing, and without an error, from a store that does not answer' {
        $gone = Start-TestServer
        $null = Connect-KvStore $gone -Name gone
        $Started[-1].Kill()
        Set-CompletionPatience 00:00:00.5
        $Error.Clear()
        Complete 'Get-KvValue -Store gone -Key zz' | Where-Object { $_ -notlike '*[\/]*' } | Should -BeNullOrEmpty
        $Error | Should -BeNullOrEmpty
        Set-CompletionPatience 00:01
        Disconnect-KvStore gone
    }
}
