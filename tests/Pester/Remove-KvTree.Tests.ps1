BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server
}

AfterAll { Stop-TestServer }

Describe 'Remove-KvTree' -Tag etcd {
    BeforeEach {
        'app', 'app/a', 'app/b/c', 'application/x', 'other' | Set-KvValue -Value 1
    }

    It 'removes a directory and the key of its name, and leaves its neighbours' {
        Remove-KvTree app -Confirm:$false | Should -BeNullOrEmpty
        Get-KvTree -KeysOnly | ForEach-Object Key | Should -Be application/x, other
    }

    It 'emits how many keys it removed with -PassThru' {
        Remove-KvTree app -Confirm:$false -PassThru | Should -Be 3
    }

    It 'removes a prefix, whatever follows' {
        Remove-KvTree -Prefix appl -Confirm:$false -PassThru | Should -Be 1
        Test-KvKey application/x, app/a | Should -Be $false, $true
    }

    It 'removes everything with -All alone' {
        Remove-KvTree -All -Confirm:$false
        Get-KvTree | Should -BeNullOrEmpty
    }

    It 'says of an empty store that it is empty' {
        Remove-KvTree -All -Confirm:$false
        (Get-ErrorOf { Remove-KvTree -All -Confirm:$false }).Exception.Message | Should -Be 'The store holds no keys.'
    }

    It 'takes -Recurse, as Remove-Item does; Remove-KvValue names it' {
        Set-KvValue deep/a/b 1
        Remove-KvTree deep -Recurse -Confirm:$false
        Test-KvKey deep/a/b | Should -BeFalse
        Set-KvValue deep 1
        "$(Get-ErrorOf { Remove-KvValue deep -Recurse })" | Should -BeLike '*Remove-KvTree*'
        Test-KvKey deep | Should -BeTrue
        Remove-KvValue deep
    }

    It 'refuses <Name> and removes nothing' -ForEach @(
        @{ Name = 'to guess what to remove'; Arguments = @{} }
        @{ Name = 'an empty path'; Arguments = @{ Path = '' } }
        @{ Name = 'an unset variable as the path'; Arguments = @{ Path = $null } }
        @{ Name = 'an empty prefix'; Arguments = @{ Prefix = '' } }
        @{ Name = 'the path /'; Arguments = @{ Path = '/' } }
        @{ Name = '-All:$false'; Arguments = @{ All = $false } }
    ) {
        (Get-ErrorOf { Remove-KvTree @Arguments -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        Get-KvTree -Count | Should -Be 5
    }

    It 'takes paths from the pipeline' {
        'app', 'application' | Remove-KvTree -Confirm:$false -PassThru | Should -Be 3, 1
    }

    It 'refuses pairs from the pipeline, whose keys are not directories' {
        (Get-ErrorOf { Get-KvTree application | Remove-KvTree -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        (Get-ErrorOf { Get-KvTree application -KeysOnly | Get-KvTree }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        Test-KvKey application/x | Should -BeTrue
    }

    It 'says of a missing directory that it is not found' {
        $failure = Get-ErrorOf { Remove-KvTree missing -Confirm:$false }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvKeyNotFound,*'
        $failure.TargetObject | Should -Be missing
    }

    It 'removes nothing with -WhatIf' {
        Remove-KvTree app -WhatIf
        Get-KvTree -Count | Should -Be 5
    }

    It 'tells with -WhatIf how many keys it would remove, and whether the key of the directory''s name is one of them' {
        $said = Invoke-TestPowerShell "
            `$null = Connect-KvStore '$Server'
            Remove-KvTree app -WhatIf
            Remove-KvTree application -WhatIf
            Remove-KvTree -Prefix app -WhatIf
            Remove-KvTree -All -WhatIf"
        $said -replace '^.* on target "' | Should -Be @(
            "directory 'app' (2 keys below it, and the key 'app' itself) of $($Server -replace '^http', 'etcd')`"."
            "directory 'application' (1 key below it) of $($Server -replace '^http', 'etcd')`"."
            "prefix 'app' (4 keys) of $($Server -replace '^http', 'etcd')`"."
            "all keys (5) of $($Server -replace '^http', 'etcd')`".")
    }

    It 'does not ask about a directory that does not exist' {
        (Get-ErrorOf { Remove-KvTree missing -WhatIf }).FullyQualifiedErrorId | Should -BeLike 'KvKeyNotFound,*'

        # The host of these tests cannot ask, and a question would be another error.
        (Get-ErrorOf { Remove-KvTree missing -Confirm }).FullyQualifiedErrorId | Should -BeLike 'KvKeyNotFound,*'
    }

    It 'has a high confirm impact, so that it asks by default' {
        $type = (Get-Command Remove-KvTree).ImplementingType
        $type.GetCustomAttributes([Management.Automation.CmdletAttribute], $true).ConfirmImpact | Should -Be High
    }

    It 'shows that it is at work where the store takes its time' {
        Add-TestStore HeldStore
        $held = [HeldStore]::new((Get-KvStore)[0].Store, 0, $false)
        $progress = Get-ProgressOf 'Remove-KvTree app -Store $held -Confirm:$false' $held
        $progress[0].Activity | Should -Be 'Remove keys'
        $progress[-1].RecordType | Should -Be Completed
        Test-KvKey app/a | Should -BeFalse
    }
}
