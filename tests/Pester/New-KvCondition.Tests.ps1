BeforeDiscovery {
    $held = @(
        @{ Asked = '-Exists'; Make = { New-KvCondition a -Exists }; Holds = $true }
        @{ Asked = '-Missing'; Make = { New-KvCondition a -Missing }; Holds = $false }
        @{ Asked = '-Missing, of another'; Make = { New-KvCondition none -Missing }; Holds = $true }
        @{ Asked = '-Missing:$false'; Make = { New-KvCondition a -Missing:$false }; Holds = $true }
        @{ Asked = '-Value, the same'; Make = { New-KvCondition a -Value two }; Holds = $true }
        @{ Asked = '-Value, another'; Make = { New-KvCondition a -Value one }; Holds = $false }
        @{ Asked = '-Value, bytes'; Make = { New-KvCondition a -Value ([byte[]] (116, 119, 111)) }; Holds = $true }
        @{ Asked = '-Value, of a missing key'; Make = { New-KvCondition none -Value '' }; Holds = $false }
        @{ Asked = '-Value -Operator Greater'; Make = { New-KvCondition a -Value one -Operator Greater }; Holds = $true }
        @{ Asked = '-Version'; Make = { New-KvCondition a -Version 2 }; Holds = $true }
        @{ Asked = '-Version -Operator Less'; Make = { New-KvCondition a -Version 2 -Operator Less }; Holds = $false }
        @{ Asked = '-Version 0, of a missing key'; Make = { New-KvCondition none -Version 0 }; Holds = $true }
        @{ Asked = '-Revision'; Make = { New-KvCondition a -Revision $pair.Revision }; Holds = $true }
        @{ Asked = '-Revision -Operator NotEqual'; Make = { New-KvCondition a -Revision $pair.Revision -Operator NotEqual }; Holds = $false }
        @{ Asked = '-Revision -Operator Less'; Make = { New-KvCondition a -Revision ($pair.Revision + 1) -Operator Less }; Holds = $true }
        @{ Asked = '-CreateRevision'; Make = { New-KvCondition a -CreateRevision $pair.CreateRevision }; Holds = $true }
        @{ Asked = '-CreateRevision -Operator Greater'; Make = { New-KvCondition a -CreateRevision $pair.CreateRevision -Operator Greater }; Holds = $false }
        @{ Asked = 'a piped pair: that it is still as it was read'; Make = { $pair | New-KvCondition }; Holds = $true }
        @{ Asked = 'a piped pair that has changed since'; Make = { $before | New-KvCondition }; Holds = $false }
    )
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server
    Set-KvValue a one
    $before = Get-KvValue a
    Set-KvValue a two
    $pair = Get-KvValue a
}

AfterAll { Stop-TestServer }

Describe 'New-KvCondition' -Tag etcd {
    It 'holds or does not, as the key is: <Asked>' -ForEach $held {
        $condition = & $Make
        $condition | Should -BeOfType Valkeyrie.KvCondition
        (Invoke-KvTransaction -If $condition).Succeeded | Should -Be $Holds
    }

    It 'takes keys from the pipeline' {
        $conditions = 'a', 'b' | New-KvCondition -Exists
        $conditions | ForEach-Object { $_.Range.Text } | Should -Be a, b
        (Get-KvTree | New-KvCondition -Version 2 | Invoke-KvTransaction).Succeeded | Should -BeTrue
    }

    It 'asks no store' {
        Invoke-TestPowerShell "(New-KvCondition a -Missing).Range.Text; @(Get-KvStore).Count" | Should -Be a, 0
    }

    It 'refuses two things at once, and nothing' {
        (Get-ErrorOf { New-KvCondition a -Exists -Value 1 }).FullyQualifiedErrorId | Should -BeLike 'AmbiguousParameterSet,*'
        (Get-ErrorOf { New-KvCondition a }).FullyQualifiedErrorId | Should -BeLike 'MissingMandatoryParameter,*'
    }

    It 'refuses a value that is null' {
        $failure = Get-ErrorOf { New-KvCondition a -Value $null }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        "$failure" | Should -Not -BeLike '*store*'
    }

    It 'says in words what it is' {
        "$(New-KvCondition a -Missing)" | Should -Be "key 'a' is missing"
        "$(New-KvCondition a -Revision 5 -Operator Less)" | Should -Be "Revision of key 'a' is Less 5"
        "$(New-KvCondition a -Value x)" | Should -Be "Value of key 'a' is Equal 'x'"
    }
}
