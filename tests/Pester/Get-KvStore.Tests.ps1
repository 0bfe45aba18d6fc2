BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $one = Connect-KvStore $Server -Name one
    $two = Connect-KvStore $Server -Name two
}

AfterAll { Stop-TestServer }

Describe 'Get-KvStore' -Tag etcd {
    It 'shows the open stores in the order of their opening, the current one marked' {
        Get-KvStore | ForEach-Object Name | Should -Be one, two
        Get-KvStore | ForEach-Object IsCurrent | Should -Be $false, $true
    }

    It 'finds stores by name, also with wildcards' {
        (Get-KvStore one).Store | Should -Be $one.Store
        Get-KvStore T*, one | ForEach-Object Name | Should -Be two, one
        Get-KvStore none* | Should -BeNullOrEmpty
    }

    It 'converts to JSON as it is, without a warning' {
        $json = Get-KvStore | ConvertTo-Json -WarningVariable warnings -WarningAction SilentlyContinue | ConvertFrom-Json
        $warnings | Should -BeNullOrEmpty
        $json.Name | Should -Be one, two
        $json[0].Endpoints | Should -Be $Server
    }

    It 'says of an unknown name that no open store has it' {
        $failure = Get-ErrorOf { Get-KvStore three }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvStoreNotFound,*'
        $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        $failure.TargetObject | Should -Be three
    }
}

Describe 'The state that Get-KvStore shows' -Tag etcd {
    AfterEach {
        Get-KvStore | Where-Object Name -NotIn one, two | Disconnect-KvStore
        Select-KvStore two
    }

    It 'is <State> of a store that <Name>' -ForEach @(
        @{ Name = 'serves'; State = 'Available'; Open = { Connect-KvStore $Server -Name asked } }
        @{ Name = 'serves by one of its endpoints'; State = 'Available'; Open = { Connect-KvStore "127.0.0.1:$(Get-FreePort)", $Server -Name asked } }
        @{ Name = 'is a file'; State = 'Available'; Open = { Connect-KvStore -Path (Join-Path $TestFolder asked.db) -Name asked } }
        @{ Name = 'was closed behind our back'; State = 'Closed'; Open = { $store = Connect-KvStore -InMemory -Name asked; $store.Store.DisposeAsync().AsTask().Wait() } }
        @{ Name = 'is away'; State = 'Unavailable'; Open = { $null = Connect-KvStore (Start-TestServer) -Name asked; $Started[-1].Kill(); $Started[-1].WaitForExit() } }
        @{ Name = 'asks for a user since'; State = 'Refused'; Open = {
                $guarded = Start-TestServer
                $null = Connect-KvStore $guarded -Name asked
                'user add root:r', 'user grant-role root root', 'auth enable' | ForEach-Object { $null = & $Etcdctl --endpoints $guarded ($_ -split ' ') }
            }
        }
    ) {
        & $Open | Out-Null
        $store = Get-KvStore asked
        $store.State | Should -Be $State
        [bool]$store.Reason | Should -Be ($State -ne 'Available')
    }

    It 'is found out in one time for all stores, however many are silent' {
        $servers = 1..3 | ForEach-Object { Start-TestServer }
        try {
            $servers | ForEach-Object { $null = Connect-KvStore $_ -Name "silent$($_ -replace '.*:')" }
            $Started[-3..-1] | ForEach-Object { & kill -STOP $_.Id }
            $found = Get-KvStore -Timeout 1
            $found.Name[0..1] | Should -Be one, two
            $found.State[0..1] | Should -Be Available, Available
            $found.State[2..4] | Should -Be Unavailable, Unavailable, Unavailable
            $found[2].Reason | Should -BeLike "*$($found[2].Address -replace '.*//')*"
        } finally {
            $Started[-3..-1] | ForEach-Object { & kill -CONT $_.Id }
        }
    } -Skip:$IsWindows

    It 'takes no time that is none' {
        (Get-ErrorOf { Get-KvStore -Timeout 0 }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }
}

Describe '-Store' -Tag etcd {
    It 'takes <Form>' -ForEach @(
        @{ Form = 'a name'; Argument = { 'one' } }
        @{ Form = 'a name in another case'; Argument = { 'ONE' } }
        @{ Form = 'what Connect-KvStore gave'; Argument = { $one } }
        @{ Form = 'a store of the library'; Argument = { $one.Store } }
    ) {
        Set-KvValue store/a 1 -Store (& $Argument)
        Get-KvTree store -Store (& $Argument) | ForEach-Object Value | Should -Be 1
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'an unset variable, which must not mean the current store'; Argument = $null; Id = 'KvInvalidArgument' }
        @{ Name = 'what is no store'; Argument = @{}; Id = 'KvInvalidArgument' }
        @{ Name = 'an unknown name'; Argument = 'nowhere'; Id = 'KvStoreNotFound' }
    ) {
        (Get-ErrorOf { Set-KvValue refused 1 -Store $Argument }).FullyQualifiedErrorId | Should -BeLike "$Id,*"
        Test-KvKey refused | Should -BeFalse
    }
}

Describe 'Sessions' -Tag etcd {
    It 'each runspace has a current store of its own, and finds the others'' stores by name' {
        $shell = [powershell]::Create()
        $answers = $shell.AddScript(@"
            Import-Module '$ModulePath'
            Test-KvKey a -Store one
            `$null = Connect-KvStore $Server -Name inner
            Test-KvKey a
            (Get-KvStore inner).IsCurrent
"@).Invoke()
        $answers | Should -Be $false, $false, $true
        (Get-KvStore | Where-Object IsCurrent).Name | Should -Be two
        (Get-KvStore inner).IsCurrent | Should -BeFalse
        $shell.Runspace.Dispose()
        Wait-Until { -not (Get-KvStore inner*) } 'the stores of a closed runspace are closed with it'
        Get-KvStore | ForEach-Object Name | Should -Be one, two
        $shell.Dispose()
    }

    It 'the same name in two runspaces means two stores, and neither closes the other' {
        # PowerShell hands the runspace of one that has ended to the next, in which the name would be open.
        $values = 1..4 | ForEach-Object -ThrottleLimit 4 -UseNewRunspace -Parallel {
            Import-Module $using:ModulePath
            $store = Connect-KvStore $using:Server -Name shared -Namespace "runspace$_/"
            1..20 | ForEach-Object { Set-KvValue a "$($store.Namespace)$_"; (Get-KvValue a -ValueOnly) -eq "$($store.Namespace)$_" }
            (Get-KvStore shared)[0].Namespace -eq $store.Namespace
        }
        $values.Count | Should -Be 84
        $values | Should -Not -Contain $false
    }

    It 'a thread job works on the store that its starter passes' {
        Start-ThreadJob { Import-Module $using:ModulePath; Set-KvValue job 1 -Store $using:one; Get-KvValue job -Store one -ValueOnly } |
            Receive-TestJob | Should -Be 1
    }

    It 'a process that ends releases its locks' {
        $null = Invoke-TestPowerShell "`$null = Connect-KvStore $Server; `$null = Lock-KvKey ended -Ttl 600"
        Lock-KvKey ended -Timeout 0 | Unlock-KvKey
    }
}
