BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server -Name main
}

AfterAll { Stop-TestServer }

Describe 'Watch-KvKey' -Tag etcd {
    It 'emits the pair as it is, then every change' {
        Set-KvValue k 1
        Watch-KvKey k -Timeout 60 | ForEach-Object {
            if ($_.Type -eq 'Existing') {
                Set-KvValue k/below 1
                Set-KvValue k 2
                Remove-KvValue k
            }

            "$($_.Type) $($_.Key) $($_.Value)"
        } | Select-Object -First 3 | Should -Be 'Existing k 1', 'Put k 2', 'Delete k '
    }

    It 'warns of a key that looks like a pattern, as all do that wait for one: <Name>' -ForEach @(
        @{ Name = 'Watch-KvKey'; Run = { Watch-KvKey pattern/* -Timeout 0.1 } }
        @{ Name = 'Wait-KvKey'; Run = { Wait-KvKey pattern/* -Timeout 0 -ErrorAction SilentlyContinue } }
        @{ Name = 'Get-KvValue -Wait'; Run = { Get-KvValue pattern/? -Wait -Timeout 0 -ErrorAction SilentlyContinue } }
        @{ Name = 'Register-KvWatch'; Run = { $null = Register-KvWatch -Key pattern/* -SourceIdentifier pattern; Unregister-Event pattern } }
    ) {
        $warnings = & $Run 3>&1
        $warnings | Should -HaveCount 1
        "$warnings" | Should -BeLike "'pattern/[*?]' is read literally*Watch-KvTree*"
    }

    It 'loses no write between its read and its watch, a hundred times over' {
        # One writer goes through all the keys; each watch begins while its key is being written.
        $writer = Start-ThreadJob -ArgumentList $ModulePath {
            param($module)
            Import-Module $module
            foreach ($round in 1..100) {
                $null = Watch-KvKey "race/$round/go" -Store main | Select-Object -First 1
                1..5 | ForEach-Object { Set-KvValue "race/$round/key" $_ -Store main }
            }
        }
        foreach ($round in 1..100) {
            Set-KvValue "race/$round/go" 1
            $last = 0
            Watch-KvKey "race/$round/key" -Timeout 60 | ForEach-Object {
                if ($_.Type -eq 'Put') {
                    [int] $_.Value | Should -Be ($last + 1) -Because 'nothing is skipped or told twice'
                }

                $last = [int] $_.Value
                $last
            } | Where-Object { $_ -eq 5 } | Select-Object -First 1 | Should -Be 5
        }

        $null = $writer | Receive-TestJob
    }

    It 'ends with KvHistoryChanged where -FromRevision lies beyond what the store has reached' {
        (Get-ErrorOf { Watch-KvKey k -FromRevision 1000000000 -Timeout 60 }).FullyQualifiedErrorId | Should -BeLike 'KvHistoryChanged,*'
    }

    It 'ends quietly after -Timeout' {
        Watch-KvKey nothing -Timeout 0.2 -ErrorVariable failures | Should -BeNullOrEmpty
        $failures | Should -BeNullOrEmpty
    }

    It 'refuses a -Timeout of <_>' -ForEach 0, -1 {
        (Get-ErrorOf { Watch-KvKey k -Timeout $_ }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }

    It 'ends when a later command has enough' {
        Set-KvValue enough 1
        Watch-KvKey enough | Select-Object -First 1 | ForEach-Object Value | Should -Be 1
    }

    It 'ends at once with Ctrl+C' {
        Set-KvValue stop 1
        Stop-AtWork 'Watch-KvKey stop -Store main | ForEach-Object { [Environment]::SetEnvironmentVariable("VALKEYRIE_TEST_SEEN", $_.Key) }' {
            $env:VALKEYRIE_TEST_SEEN -eq 'stop'
        } | Should -Be Stopped
        $env:VALKEYRIE_TEST_SEEN = $null
    }

    It 'ends with an error when its store is disconnected' {
        $store = Connect-KvStore $Server -Name closing
        Select-KvStore main
        Set-KvValue closing 1
        $failure = Get-ErrorOf { Watch-KvKey closing -Store $store -Timeout 60 | ForEach-Object { Disconnect-KvStore $store } }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvStoreClosed,*'
    }

    It 'follows several keys at once' {
        Set-KvValue s/a 1
        Set-KvValue s/b 2
        Watch-KvKey s/a, s/b -Timeout 60 | Select-Object -First 2 | ForEach-Object Value | Sort-Object | Should -Be 1, 2
        Get-KvTree s | Watch-KvKey -Timeout 60 | Select-Object -First 2 | ForEach-Object Value | Sort-Object | Should -Be 1, 2
    }

    It 'says what is wrong with one key, and follows the others' {
        Set-KvValue good 1
        $seen = Watch-KvKey '', good -Timeout 0.5 -ErrorVariable failures -ErrorAction SilentlyContinue
        $seen.Value | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }
}
