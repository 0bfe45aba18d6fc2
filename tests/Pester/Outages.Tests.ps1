BeforeAll {
    . $PSScriptRoot/Common.ps1
    $mortal = Connect-KvStore (Start-TestServer)

    # Starts the server that was killed last once more, as it was.
    function Restart-TestServer {
        $process = Start-TestProcess $Started[-1].StartInfo.FileName $Started[-1].StartInfo.ArgumentList
        $null = $process.StandardError.BaseStream.CopyToAsync([IO.Stream]::Null)
    }
}

AfterAll { Stop-TestServer }

Describe 'A watch whose server goes away' -Tag etcd {
    It 'warns once when its server goes away and once when it goes on, however many keys are followed' {
        Set-KvValue a 1
        Set-KvValue b 1
        $existing = 0
        $seen = 'a', 'b' | Watch-KvKey -Timeout 120 3>&1 | ForEach-Object {
            if ($_ -is [Management.Automation.WarningRecord]) {
                if ("$_" -like 'The watch is interrupted: *') {
                    Restart-TestServer
                } else {
                    Set-KvValue a 2
                }

                "$_" -replace '\d+ s\.', 'N s.'
            } else {
                "$($_.Type) $($_.Key) $($_.Value)"
                if ($_.Type -eq 'Existing' -and ++$existing -eq 2) {
                    $Started[-1].Kill()
                }
            }
        } | Select-Object -First 5
        $seen | Where-Object { $_ -like 'Existing*' } | Sort-Object | Should -Be 'Existing a 1', 'Existing b 1'
        $seen[2] | Should -BeLike "The watch is interrupted: *$(($mortal.Endpoints | Select-Object -First 1) -replace '^\w+://')*It continues automatically when the store can be reached again."
        $seen[3] | Should -Be "The watch continues: $($mortal.Address) can be reached again after N s."
        $seen[4] | Should -Be 'Put a 2'
    }

    It 'emits the beginning and the end of an outage with -IncludeOutage' {
        Set-KvValue a 1
        $seen = Watch-KvKey a -IncludeOutage -Timeout 120 3>&1 | ForEach-Object {
            switch ($_.Type) {
                Existing { $Started[-1].Kill() }
                Outage { Restart-TestServer }
            }

            $_
        } | Select-Object -First 3
        $seen.Type | Should -Be Existing, Outage, Resumed
        $seen[1].Error | Should -BeOfType Valkeyrie.KvException
        $seen[1] | Format-Table | Out-String -Width 300 | Should -BeLike "*Outage *a *$($seen[1].Error.Message)*"
    }
}
