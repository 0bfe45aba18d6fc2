# Which store a command works on that names none: never one that nobody has chosen.

BeforeAll { . $PSScriptRoot/Common.ps1 }

AfterAll { Stop-TestServer }

Describe 'The default file' {
    BeforeAll {
        # What a script writes in a session of its own, in a process in which nobody has chosen a store yet. A new process for each case would cost seconds.
        function Invoke-InNewSession([string] $Script) {
            $folder = (New-Item -ItemType Directory (Join-Path $TestFolder ([guid]::NewGuid().ToString('n')))).FullName
            $type = (Get-Command Get-KvValue).ImplementingType.Assembly.GetType('Valkeyrie.PowerShell.Sessions.DefaultStore', $true)
            $hasGivenWay = $type.GetField('hasGivenWay', [Reflection.BindingFlags]'Static, NonPublic')
            $shell = [powershell]::Create()
            try {
                ${hasGivenWay}?.SetValue($null, $false)
                $env:XDG_DATA_HOME = $env:LOCALAPPDATA = $folder
                $output = $shell.AddScript(@"
                    Import-Module '$ModulePath'
                    `$path = '$ModulePath'
                    function Get-Outcome([scriptblock] `$Command) {
                        `$failures = try { @(& `$Command 3>`$null 2>&1 | Where-Object { `$_ -is [Management.Automation.ErrorRecord] }) } catch { `$_ }
                        `$failures ? `$failures[0].FullyQualifiedErrorId -replace ',.*' : 'done'
                    }
                    $Script
"@).Invoke()
                [pscustomobject]@{ Output = $output; Files = @(Get-ChildItem $folder -Recurse -File) }
            } finally {
                $shell.Runspace.Dispose()
                $shell.Dispose()
                $env:XDG_DATA_HOME = $env:LOCALAPPDATA = $TestFolder
                Remove-Item env:VALKEYRIE_NO_DEFAULT_STORE -ErrorAction Ignore
                ${hasGivenWay}?.SetValue($null, $true)
            }
        }
    }

    It 'serves no command after <Name>' -ForEach @(
        @{ Name = 'a Connect-KvStore that fails'; Script = 'Connect-KvStore 127.0.0.1:1 2>$null' }
        @{ Name = 'a Connect-KvStore whose argument is an unset variable'; Script = 'Connect-KvStore -Path $unset 2>$null' }
        @{ Name = 'a Connect-KvStore with a parameter that there is not'; Script = 'Connect-KvStore -Endpont prod 2>$null' }
        @{ Name = 'a Connect-KvStore whose arguments are nonsense'; Script = 'Connect-KvStore "ftp://x" 2>$null' }
        @{ Name = 'a Disconnect-KvStore of the current store'; Script = '$null = Connect-KvStore -InMemory; Disconnect-KvStore' }
        @{ Name = 'a Disconnect-KvStore of itself'; Script = '$null = Test-KvKey a 3>$null; Disconnect-KvStore; Remove-Item $env:XDG_DATA_HOME/valkeyrie -Recurse -ErrorAction Ignore' }
        @{ Name = 'a Select-KvStore that finds nothing'; Script = 'Select-KvStore prod 2>$null' }
        @{ Name = 'VALKEYRIE_NO_DEFAULT_STORE=1'; Script = '$env:VALKEYRIE_NO_DEFAULT_STORE = 1' }
    ) {
        $result = Invoke-InNewSession @"
            $Script
            Get-Outcome { Set-KvValue a 1 }
            Get-Outcome { Get-KvTree }
            Get-Outcome { Test-KvStore }
            Get-Outcome { Set-Content kv:/a 1 }
            Get-Outcome { Get-ChildItem kv:/ }
            Get-Outcome { Test-Path kv:/a }
            Get-Outcome { New-Item kv:/a -Value 1 }
            Get-Outcome { Remove-Item kv:/a }
            Get-Outcome { Set-Location kv:/ }
            (TabExpansion2 'Get-Content kv:/' 16).CompletionMatches.Count
            (TabExpansion2 'Get-KvValue ' 12).CompletionMatches.Count
"@
        $result.Output | Should -Be (@('KvNoCurrentStore') * 9 + 0, 0)
        $result.Files | Should -BeNullOrEmpty -Because 'what may not serve is not made either'
    }

    It 'serves no other runspace of a process that has connected' {
        $result = Invoke-InNewSession @'
            $attempt = "Import-Module '$path'; try { Set-KvValue a 1 -ErrorAction Stop 3>`$null; 'done' } catch { `$_.FullyQualifiedErrorId -replace ',.*' }"
            $before = [powershell]::Create()
            $before.AddScript($attempt).Invoke()
            $null = Connect-KvStore -InMemory -Name meant
            1 | ForEach-Object -Parallel { & ([scriptblock]::Create($using:attempt)) }
            $job = Start-ThreadJob ([scriptblock]::Create($attempt))
            $null = Wait-Job $job
            Receive-Job $job
            $before.Commands.Clear()
            $before.AddScript($attempt).Invoke()
            $before.Commands.Clear()
            $before.AddScript('Select-KvStore meant; Set-KvValue a 2; (Get-KvStore meant).IsCurrent').Invoke()
            Get-KvValue a -ValueOnly
            $before.Runspace.Dispose()
'@
        $result.Output | Should -Be done, KvNoCurrentStore, KvNoCurrentStore, KvNoCurrentStore, True, 2
    }

    It 'serves on where a value of VALKEYRIE_NO_DEFAULT_STORE says no, after -?, help and completion of Connect-KvStore' {
        $result = Invoke-InNewSession @'
            $env:VALKEYRIE_NO_DEFAULT_STORE = '0'
            $null = Connect-KvStore -?
            $null = Get-Help Connect-KvStore
            $null = TabExpansion2 'Connect-KvStore ' 16
            $null = Get-KvStore
            Get-Outcome { Set-KvValue a 1 }
            Get-Outcome { Set-Content kv:/a 1 }
            $env:VALKEYRIE_NO_DEFAULT_STORE = 1
            Get-Outcome { Set-KvValue a 1 }
            Get-Outcome { Set-KvValue a 1 -Store embedded }
            $env:VALKEYRIE_NO_DEFAULT_STORE = 'false'
            Get-Outcome { Set-KvValue a 1 }
            $null = Connect-KvStore embedded: 3>&1
            Get-Outcome { Set-KvValue a 1 }
'@
        $result.Output | Should -Be done, done, KvNoCurrentStore, done, done, done
    }
}

Describe 'A command without -Store' {
    BeforeEach {
        $null = Connect-KvStore -InMemory -Name other
        $null = Connect-KvStore -InMemory -Name meant
    }

    AfterEach { Get-KvStore | Disconnect-KvStore }

    It 'does not fall back on the store before after <Name>' -ForEach @(
        @{ Name = 'a failed connection'; Command = { Connect-KvStore 127.0.0.1:1 } }
        @{ Name = 'one of several that failed'; Command = { 'memory:', 'ftp://x' | Connect-KvStore } }
        @{ Name = 'arguments that cannot be bound'; Command = { Connect-KvStore -Path $null } }
        @{ Name = 'a name that is taken'; Command = { Connect-KvStore -InMemory -Name meant } }
        @{ Name = 'a selection that fails'; Command = { Select-KvStore nowhere } }
        @{ Name = 'a selection of nothing'; Command = { Get-KvStore nowhere* | Select-KvStore } }
        @{ Name = 'the end of the current store'; Command = { Disconnect-KvStore } }
    ) {
        try { & $Command 2>&1 | Out-Null } catch { $null = $_ }
        $failure = Get-ErrorOf { Set-KvValue lost 1 }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvNoCurrentStore,*'
        $failure.CategoryInfo.Category | Should -Be ConnectionError
        "$failure" | Should -BeLike '*Select-KvStore *Connect-KvStore*'
        Get-KvStore | ForEach-Object IsCurrent | Should -Not -Contain $true
        Get-KvStore | ForEach-Object { Test-KvKey lost -Store $_ } | Should -Not -Contain $true
    }

    It 'is told why there is no store: <Name>' -ForEach @(
        @{ Name = 'a failed connection'; Command = { try { Connect-KvStore 127.0.0.1:1 } catch { $null = $_ } }; Why = '*the last Connect-KvStore failed*' }
        @{ Name = 'the end of the current store'; Command = { Disconnect-KvStore }; Why = "*'meant' was current and has been closed*-Store other*" }
    ) {
        & $Command
        "$(Get-ErrorOf { Test-KvKey a })" | Should -BeLike $Why
    }

    It 'loses its store when the runspace that opened it ends' {
        $shell = [powershell]::Create()
        $null = $shell.AddScript("Import-Module '$ModulePath'; Connect-KvStore -InMemory -Name theirs").Invoke()
        Select-KvStore theirs
        Set-KvValue a 1
        $shell.Runspace.Dispose()
        $shell.Dispose()
        (Get-ErrorOf { Set-KvValue a 2 }).FullyQualifiedErrorId | Should -BeLike 'KvNoCurrentStore,*'
    }
}
