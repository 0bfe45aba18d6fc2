# The cmdlets on etcd's APIv2, whose directories are real.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer '--enable-v2'
    $null = Connect-KvStore $Server -ApiVersion 2 -Name v2
}

AfterAll { Stop-TestServer }

Describe 'etcd v2' -Tag etcd, etcdv2 {
    It 'says which API it speaks' {
        (Get-KvStore v2).ApiVersion | Should -Be 2
        $again = Connect-KvStore (Get-KvStore v2).Address
        $again.ApiVersion, $again.Address | Should -Be 2, (Get-KvStore v2).Address
        Disconnect-KvStore $again
        Select-KvStore v2
    }

    It 'puts, gets, lists, tests and removes' {
        Set-KvValue app/db/host db01
        Set-KvValue app/db/port 5432
        Set-KvValue application/x 1
        Get-KvValue app/db/host -ValueOnly | Should -Be db01
        (Get-KvTree app).Key | Should -Be app/db/host, app/db/port
        Test-KvKey app/db/host, app/db/user | Should -Be $true, $false
        Remove-KvTree app -Confirm:$false -PassThru | Should -Be 2
        Test-KvKey application/x | Should -BeTrue
    }

    It 'has no leases, transactions or history, and says so of itself: <Name>' -ForEach @(
        @{ Name = 'New-KvLease'; Run = { New-KvLease 60 } }
        @{ Name = 'Get-KvLease'; Run = { Get-KvLease } }
        @{ Name = 'Get-KvLease -Id'; Run = { Get-KvLease 1 } }
        @{ Name = 'Remove-KvLease'; Run = { Remove-KvLease 1 } }
        @{ Name = 'Set-KvValue -Lease'; Run = { Set-KvValue leased 1 -Lease 1 } }
        @{ Name = 'Invoke-KvTransaction'; Run = { Invoke-KvTransaction -Then { Set-KvValue leased 1 } } }
        @{ Name = 'Get-KvHistory'; Run = { Get-KvHistory leased } }
        @{ Name = 'Get-KvLock'; Run = { Get-KvLock } }
        @{ Name = 'Update-KvLease'; Run = { Update-KvLease 1 } }
        @{ Name = 'Get-KvElection'; Run = { Get-KvElection } }
        @{ Name = 'Get-KvElection -Name'; Run = { Get-KvElection leased } }
        @{ Name = 'Enter-KvElection'; Run = { Enter-KvElection leased } }
        @{ Name = 'Use-KvElection'; Run = { Use-KvElection leased { } } }
        @{ Name = 'Watch-KvElection'; Run = { Watch-KvElection leased } }
    ) {
        $failure = Get-ErrorOf $Run
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvNotSupported,*'
        $failure.CategoryInfo.Category | Should -Be NotImplemented
        "$failure" | Should -BeLike "*$((Get-KvStore v2).Address)*"
        Test-KvKey leased | Should -BeFalse
    }

    It 'creates a directory, which holds no value of its own' {
        Set-KvValue made -Directory
        (Get-ErrorOf { Set-KvValue made 1 }).FullyQualifiedErrorId | Should -BeLike 'KvIsDirectory,*'
        Set-KvValue made/key 1
        'many/a', 'many/b' | Set-KvValue -Directory
        (Get-ErrorOf { Set-KvValue many 1 }).FullyQualifiedErrorId | Should -BeLike 'KvIsDirectory,*'
        Set-KvValue other data -Directory -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike "'other' is a directory*4 bytes was not stored*"
        'data' | Set-KvValue piped -Directory -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike "'piped' is a directory*4 bytes was not stored*"
        (Get-ErrorOf { Set-KvValue other 1 }).FullyQualifiedErrorId | Should -BeLike 'KvIsDirectory,*'
        (Get-ErrorOf { Set-KvValue made/key/below 1 }).FullyQualifiedErrorId | Should -BeLike 'KvNotDirectory,*'
    }

    It 'says what to do where a plain key is watched as a tree' {
        Set-KvValue plain 1
        $failure = Get-ErrorOf { Watch-KvTree plain -Timeout 5 }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvNotDirectory,*'
    }

    It 'watches a tree' {
        Set-KvValue seen/a 1
        $seen = Watch-KvTree seen -PreviousValue | ForEach-Object {
            $_
            if ($_.Type -eq 'Existing') { Set-KvValue seen/a 2 }
        } | Select-Object -First 2
        $seen.Type | Should -Be Existing, Put
        $seen[1].PreviousValue | Should -Be 1
    }

    It 'locks' {
        Use-KvLock job { param($lock) $lock.IsHeld } | Should -BeTrue
        $lock = Lock-KvKey job -Value me
        Get-KvValue job -ValueOnly | Should -Be me
        (Get-ErrorOf { Lock-KvKey job -Timeout 0 }).FullyQualifiedErrorId | Should -BeLike 'KvCannotLock,*'
        $lock | Unlock-KvKey
        $lock.IsHeld | Should -BeFalse
    }

    It 'refuses bytes that are no text' {
        (Get-ErrorOf { Set-KvValue binary ([byte[]](0xFF, 0xFE)) }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }

    It 'a store without real directories writes the pair as if -Directory were not given' {
        $null = Connect-KvStore -InMemory -Name memory
        Set-KvValue made data -Directory -Store memory -WarningVariable warned
        Set-KvValue empty -Directory -Store memory -WarningVariable +warned
        'a', 'b' | Set-KvValue -Directory -Store memory -WarningVariable +warned
        Get-KvTree -Store memory | ForEach-Object { "$($_.Key)=$($_.Value)" } | Should -Be 'a=', 'b=', 'empty=', 'made=data'
        $warned | Should -BeNullOrEmpty
        (Get-KvStore memory).Promises.RealDirectories, (Get-KvStore v2).Promises.RealDirectories | Should -Be $false, $true
    }
}
