BeforeAll { . $PSScriptRoot/Common.ps1 }

AfterAll {
    Set-Location $PSScriptRoot
    Stop-TestServer
}

Describe 'The drive and the session' {
    It 'is there after import, opens nothing before it is used, and then the session''s own file with one warning' {
        $output = Invoke-TestPowerShell @"
            `$env:XDG_DATA_HOME = `$env:LOCALAPPDATA = (New-Item -ItemType Directory '$TestFolder/lazy').FullName
            (Get-PSDrive kv).Provider.Name
            Join-Path kv:/a b
            @(Get-KvStore).Count
            @(Get-ChildItem `$env:XDG_DATA_HOME -Recurse).Count
            Set-Content kv:/x 1
            Get-Content kv:/x
            @(Get-KvStore).Name
"@
        $output[0] | Should -Be Kv
        $output[1] -replace '\\', '/' | Should -Be kv:/a/b
        $output[2..3] | Should -Be 0, 0
        $output[4] | Should -BeLike "*No store is connected, so the file '*' is used.*"
        $output[5..6] | Should -Be 1, embedded
    }

    It 'follows the store that is current, as the cmdlets do' {
        $null = Connect-KvStore -InMemory -Name first
        Set-Content kv:/x 1
        $null = Connect-KvStore -InMemory -Name second
        Test-Path kv:/x | Should -BeFalse
        Disconnect-KvStore second
        Disconnect-KvStore first
    }

    It 'is refused in the blocks of a transaction, of which it would be no part' {
        $null = Connect-KvStore -InMemory -Name transacted
        $failures = @()
        try { Invoke-KvTransaction -Then { Set-Content kv:/x 1 } -ErrorVariable failures -ErrorAction SilentlyContinue } catch { $failures += $_ }
        $failures.FullyQualifiedErrorId | Should -BeLike 'KvNotSupported,*'
        Test-KvKey x | Should -BeFalse
        Disconnect-KvStore transacted
    }

    It 'is not asked for the files of modules, so that commands are found in them wherever the location is' {
        Add-TestStore CountedStore
        $inner = Connect-KvStore -InMemory -Name modules
        $counted = [CountedStore]::Before($inner.Store)
        $modules = Join-Path $TestFolder modules
        $null = New-Item -ItemType Directory "$modules/Found"
        Set-Content "$modules/Found/Found.psm1" 'function Get-Found { "found, $(Test-Path found:/key)" }; $AskedOnImport = (Test-Path found:/key), $ExecutionContext.InvokeProvider.Item.Exists("found:/key")'
        New-ModuleManifest "$modules/Found/Found.psd1" -RootModule ./Found.psm1 -FunctionsToExport Get-Found
        'app/Found.psm1', 'app/Found.psd1', 'app/Found', 'key' | Set-KvValue -Value 1
        $path = $env:PSModulePath
        try {
            $env:PSModulePath = "$modules$([IO.Path]::PathSeparator)$path"
            $null = New-PSDrive found Kv -Root '' -Store $counted -Scope Global
            Set-Location found:/app
            [CountedStore]::Of($counted).Forget()
            Get-Found | Should -Be 'found, True'
            & (Get-Module Found) { $AskedOnImport } | Should -Be $true, $true
            [CountedStore]::Of($counted).Calls | Should -HaveCount 3
        } finally {
            Set-Location $PSScriptRoot
            $env:PSModulePath = $path
            Remove-Module Found -ErrorAction Ignore
            Remove-PSDrive found -ErrorAction Ignore
            Disconnect-KvStore modules
        }
    }

    It 'goes with the module, and comes back with it' {
        Invoke-TestPowerShell @"
            Remove-Module Valkeyrie
            @(Get-PSProvider | Where-Object Name -EQ Kv).Count
            @(Get-PSDrive | Where-Object Name -EQ kv).Count
            Import-Module '$ModulePath'
            (Get-PSDrive kv).Name
            `$null = Connect-KvStore -InMemory
            Set-Content kv:/x 1
            Set-Location kv:/
            Import-Module '$ModulePath' -Force
            (Get-PSDrive kv).Name
            `$null = Connect-KvStore -InMemory
            Set-Content kv:/x 2
            Get-Content kv:/x
"@ | Should -Be 0, 0, kv, kv, 2
    }
}

Describe 'Further drives' {
    BeforeAll {
        $one = Connect-KvStore -InMemory -Name one
        'app/a', 'app/b/c', 'application/x', '/registry/x' | ForEach-Object { Set-KvValue $_ "value of $_" }
        $null = Connect-KvStore -InMemory -Name two
        Set-KvValue elsewhere 2
    }

    AfterAll { Get-KvStore | Disconnect-KvStore }
    AfterEach { Get-PSDrive -PSProvider Kv | Where-Object Name -NE kv | Remove-PSDrive -Force }

    It 'show one directory of one store: <Root>' -ForEach @(
        @{ Root = 'app/'; Directory = 'app/'; Names = 'a', 'b' }
        @{ Root = 'app'; Directory = 'app/'; Names = 'a', 'b' }
        @{ Root = ''; Directory = ''; Names = '%', 'app', 'application' }
        @{ Root = '/registry'; Directory = '/registry/'; Names = 'x' }
        @{ Root = 'empty/yet'; Directory = 'empty/yet/'; Names = $null }
    ) {
        $drive = New-PSDrive prod -PSProvider Kv -Root $Root -Store $one
        $drive.Directory | Should -BeExactly $Directory
        Get-ChildItem prod: -Name | Should -Be $Names
        Set-Content prod:/set v
        (Get-KvValue "${Directory}set" -Store one).Value | Should -Be v
        Remove-KvValue "${Directory}set" -Store one
    }

    It 'take the store by its name, as an object, or from another drive' {
        $null = New-PSDrive prod -PSProvider Kv -Root app -Store one
        $null = New-PSDrive sub -PSProvider Kv -Root prod:/b
        Get-ChildItem sub: -Name | Should -Be c
        $null = New-PSDrive direct -PSProvider Kv -Root '' -Store $one.Store
        Test-Path direct:/app/a | Should -BeTrue
        (Get-ErrorOf { New-PSDrive wrong -PSProvider Kv -Root '' -Store nowhere }).FullyQualifiedErrorId | Should -BeLike 'KvStoreNotFound,*'
        (Get-ErrorOf { New-PSDrive wrong -PSProvider Kv -Root '' -Store @{} }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        (TabExpansion2 'New-PSDrive x Kv x -Store o' 27).CompletionMatches.CompletionText | Should -Contain one
    }

    It 'keep to their own store when items go through a pipeline' {
        $null = New-PSDrive prod -PSProvider Kv -Root app -Store one
        Get-ChildItem prod: -Recurse -File | Get-Content | Should -Be 'value of app/a', 'value of app/b/c'
        Get-ChildItem prod: -Recurse -File | Set-KvValue -Store two
        (Get-KvTree app -Store two).Key | Should -Be app/a, app/b/c
        Set-Content prod:/gone v
        Get-Item prod:/gone | Remove-Item
        Test-KvKey app/gone -Store one | Should -BeFalse
        Set-Location prod:/b
        Get-Content c | Should -Be 'value of app/b/c'
        Set-Location $PSScriptRoot
    }

    It 'say so when their store has been closed' {
        $null = Connect-KvStore -InMemory -Name brief
        Set-KvValue a 1
        $null = New-PSDrive brief -PSProvider Kv -Root '' -Store brief
        Disconnect-KvStore brief
        foreach ($command in @(
                { Get-ChildItem brief: }, { Get-Item brief:/a }, { Get-Content brief:/a }, { Set-Content brief:/a v }, { Add-Content brief:/a v }, { Test-Path brief:/a }
                { Remove-Item brief:/a }, { Copy-Item brief:/a brief:/b }, { Move-Item brief:/a brief:/b })) {
            (Get-ErrorOf $command).FullyQualifiedErrorId | Should -BeLike 'KvStoreClosed,*' -Because $command
        }

        Select-KvStore two
    }

    It 'say so when their store is away, within its timeout' -Tag etcd {
        $server = Start-TestServer
        $null = Connect-KvStore $server -Name away -Timeout 2
        $null = New-PSDrive away -PSProvider Kv -Root '' -Store away
        $Started[-1].Kill()
        $Started[-1].WaitForExit()
        (Get-ErrorOf { Get-Content away:/a }).FullyQualifiedErrorId | Should -BeIn 'KvUnreachable,Microsoft.PowerShell.Commands.GetContentCommand', 'KvTimedOut,Microsoft.PowerShell.Commands.GetContentCommand'
        Disconnect-KvStore away
        Select-KvStore two
    }
}
