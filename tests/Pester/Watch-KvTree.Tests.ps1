BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server -Name main
}

AfterAll { Stop-TestServer }

Describe 'Watch-KvTree' -Tag etcd {
    It 'emits the pairs as they are, then every change, each once and in order' {
        Set-KvValue w/a 1
        Set-KvValue w/b 2
        $seen = Watch-KvTree w -Timeout 60 | ForEach-Object {
            if ($_.Key -eq 'w/b' -and $_.Type -eq 'Existing') {
                Set-KvValue w/c 3
                Remove-KvValue w/a
                Set-KvValue w/b 4
            }

            $_
        } | Select-Object -First 5
        $seen | Should -BeOfType Valkeyrie.KvEvent
        $seen | ForEach-Object { "$($_.Type) $($_.Key) $($_.Value)" } |
            Should -Be 'Existing w/a 1', 'Existing w/b 2', 'Put w/c 3', 'Delete w/a ', 'Put w/b 4'
        $seen[2].Revision, $seen[3].Revision, $seen[4].Revision | Should -Be (($seen[2].Revision)..($seen[2].Revision + 2))
    }

    It 'sees each write of racing writers once and in order' {
        $writers = 1..4 | ForEach-Object {
            Start-ThreadJob -ArgumentList $_, $ModulePath {
                param($writer, $module)
                Import-Module $module
                1..200 | ForEach-Object { Set-KvValue "race/$writer" $_ -Store main }
            }
        }
        $ended = 0
        $last = @{}
        # Once 200 has been seen of each writer there is nothing more to come.
        Watch-KvTree race -Timeout 120 | ForEach-Object {
            $value = [int] $_.Value
            if ($_.Type -eq 'Put' -and $last[$_.Key]) {
                $value | Should -Be ($last[$_.Key] + 1) -Because 'nothing is skipped or told twice'
            }

            $last[$_.Key] = $value
            $ended += $value -eq 200
            $ended
        } | Where-Object { $_ -eq 4 } | Select-Object -First 1 | Should -Be 4
        $null = $writers | Receive-TestJob
    }

    It 'never shows a neighbour that only begins like the directory' {
        Set-KvValue near/x 1
        Set-KvValue nearby/x 1
        Watch-KvTree near -Timeout 0.5 | ForEach-Object Key | Should -Be near/x
        Watch-KvTree -Prefix near -Timeout 0.5 | ForEach-Object Key | Should -Be near/x, nearby/x
    }

    It 'can watch a directory that does not exist yet' {
        $writer = Start-ThreadJob -ArgumentList $ModulePath { param($module) Import-Module $module; Set-KvValue new/dir/a 1 -Store main }
        (Watch-KvTree new/dir -Timeout 60 | Select-Object -First 1).Key | Should -Be new/dir/a
        $null = $writer | Receive-TestJob
    }

    It 'leaves out what exists with -ChangesOnly' {
        Set-KvValue changes/a 1
        Watch-KvTree changes -ChangesOnly -Timeout 0.5 | Should -BeNullOrEmpty
    }

    It 'replays from a revision, without Existing events' {
        $first = (Set-KvValue replay/a 1 -PassThru).Revision
        Set-KvValue replay/a 2
        Remove-KvValue replay/a
        Watch-KvTree replay -FromRevision $first -Timeout 60 | Select-Object -First 3 | ForEach-Object { "$($_.Type) $($_.Value)" } |
            Should -Be 'Put 1', 'Put 2', 'Delete '
    }

    It 'carries the value before with -PreviousValue' {
        $first = (Set-KvValue previous/a 1 -PassThru).Revision
        Set-KvValue previous/a 2
        Remove-KvValue previous/a
        $seen = Watch-KvTree previous -FromRevision $first -PreviousValue -Timeout 60 | Select-Object -First 3
        $seen | ForEach-Object PreviousValue | Should -Be $null, '1', '2'
    }

    Context 'a revision that has been compacted away' {
        BeforeAll {
            $old = (Set-KvValue compacted/a 1 -PassThru).Revision
            $new = (Set-KvValue compacted/a 2 -PassThru).Revision
            $null = Invoke-Etcdctl compaction $new
        }

        It 'is an error' {
            $failure = Get-ErrorOf { Watch-KvTree compacted -FromRevision $old -Timeout 60 }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvCompacted,*'
            $failure.TargetObject | Should -Be compacted
        }

        It 'is followed by a fresh listing with -Resynchronize' {
            Watch-KvTree compacted -FromRevision $old -Resynchronize -Timeout 60 | Select-Object -First 2 |
                ForEach-Object { "$($_.Type) $($_.Value)" } | Should -Be 'Resync ', 'Existing 2'
        }
    }

    It 'does not show the keys that locks are made of' {
        Set-KvValue wl/a 1
        $held = Lock-KvKey wl/a
        Watch-KvTree wl -Timeout 0.5 | ForEach-Object Key | Should -Be wl/a
        Unlock-KvKey $held
    }

    It 'follows several directories at once' {
        Set-KvValue two/a/x 1
        Set-KvValue two/b/x 1
        'two/a', 'two/b' | Watch-KvTree -Timeout 0.5 | ForEach-Object Key | Sort-Object | Should -Be two/a/x, two/b/x
    }

    It 'refuses an unset variable as the path, which must not mean all keys' {
        (Get-ErrorOf { Watch-KvTree $null -Timeout 1 }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }
}
