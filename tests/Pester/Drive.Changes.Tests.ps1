BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer @('--enable-v2')

    function Get-Key([string] $Store = 'drive') { (Get-KvTree -Store $Store -KeysOnly).Key }
}

AfterAll { Stop-TestServer }

BeforeDiscovery {
    $stores = @(
        @{ Kind = 'the embedded store'; Needs = @(); Connect = { Connect-KvStore -InMemory -Name drive } }
        @{ Kind = 'etcd'; Needs = 'etcd'; Connect = { Connect-KvStore $Server -Name drive } }
    )
}

foreach ($store in $stores) {
    Describe 'Items on a drive of <Kind>' -Tag $store.Needs -ForEach $store {
        BeforeAll { $null = & $Connect }
        BeforeEach { Remove-KvTree -All -Confirm:$false -ErrorAction Ignore }
        AfterAll { Disconnect-KvStore drive }

        Context 'New-Item' {
            It 'makes a value that is not there, and replaces one with -Force alone' {
                (New-Item kv:/a/b -Value v).Value | Should -Be v
                (Get-ErrorOf { New-Item kv:/a/b -Value w }).FullyQualifiedErrorId | Should -BeLike 'KvKeyExists,*'
                (Get-KvValue a/b).Value | Should -Be v
                $null = New-Item kv:/a/b -Value w -Force
                (Get-KvValue a/b).Value | Should -Be w
                $null = New-Item kv:/a -Name c -ItemType Value
                (Get-KvValue a/c).Value | Should -Be ''
                $null = New-Item kv:/t -Value v -Ttl 100
                (Get-KvValue t).LeaseId | Should -Not -Be 0
            }

            It 'says that a directory need not be made' {
                $failure = Get-ErrorOf { New-Item kv:/d -ItemType Directory }
                $failure.FullyQualifiedErrorId | Should -BeLike 'KvNotSupported,*'
                $failure.TargetObject | Should -Be d
                "$failure" | Should -BeLike '*exists when a key in it exists*'
                (Get-ErrorOf { New-Item kv:/d -ItemType Socket }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            }
        }

        Context 'Remove-Item' {
            It 'removes a value' {
                'a', 'ab', 'a-b' | Set-KvValue -Value v
                Remove-Item kv:/a
                Get-Key | Should -Be a-b, ab
            }

            It 'removes a directory with its own value, never its neighbours' {
                'app', 'app/x', 'app/y/z', 'app-1', 'application/x' | Set-KvValue -Value v
                Remove-Item kv:/app -Recurse
                Get-Key | Should -Be app-1, application/x
            }

            It 'asks before it removes a directory without -Recurse' {
                'app', 'app/x' | Set-KvValue -Value v
                $answer = Invoke-TestPowerShell @"
                    `$null = Connect-KvStore -InMemory; Set-KvValue app/x v
                    try { Remove-Item kv:/app -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId }
                    Test-KvKey app/x
"@
                $answer[0] | Should -BeLike 'InvalidOperation,*'
                $answer[1] | Should -Be True
            }

            It 'removes nothing with -WhatIf' {
                'app/x', 'y' | Set-KvValue -Value v
                Remove-Item kv:/app -Recurse -WhatIf
                Remove-Item kv:/y -WhatIf
                Get-Key | Should -Be app/x, y
            }

            It 'removes what a wildcard and a pipeline choose' {
                'a1', 'a2', 'b', 'c/x', 'c/y' | Set-KvValue -Value v
                Remove-Item kv:/a*
                Get-ChildItem kv:/c | Where-Object Name -EQ y | Remove-Item
                Get-Key | Should -Be b, c/x
                Remove-Item kv:/* -Recurse
                Get-Key | Should -BeNullOrEmpty
            }

            It 'does not remove the root' {
                Set-KvValue a v
                $failure = Get-ErrorOf { Remove-Item kv:/ -Recurse }
                $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
                Get-Key | Should -Be a
            }
        }

        Context 'Copy-Item' {
            BeforeEach {
                Set-KvValue t 'of t'
                1..3 | ForEach-Object { Set-KvValue "t/s/$_" $_ }
            }

            It 'copies a value, to a name or into a directory' {
                Copy-Item kv:/t/s/1 kv:/copy
                Copy-Item kv:/t/s/2 kv:/t
                Copy-Item kv:/t/s/3 kv:/new/
                (Get-KvValue copy).Value, (Get-KvValue t/2).Value, (Get-KvValue new/3).Value | Should -Be 1, 2, 3
            }

            It 'copies a directory with -Recurse, its own value too' {
                Copy-Item kv:/t kv:/u -Recurse
                (Get-KvTree u).Key | Should -Be u/s/1, u/s/2, u/s/3
                (Get-KvValue u).Value | Should -Be 'of t'
                Copy-Item kv:/t/s kv:/u -Recurse
                (Get-KvTree u/s).Value | Should -Be 1, 2, 3
                Copy-Item kv:/t kv:/v
                (Get-KvValue v).Value | Should -Be 'of t'
                Test-Path kv:/v/s | Should -BeFalse
                (Get-ErrorOf { Copy-Item kv:/t/s kv:/w }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            }

            It 'copies many keys between stores' {
                1..500 | ForEach-Object { [pscustomobject]@{ Key = "many/$_"; Value = $_ } } | Set-KvValue
                $null = Connect-KvStore -InMemory -Name other
                $null = New-PSDrive from -PSProvider Kv -Root '' -Store drive
                Copy-Item from:/many kv:/taken -Recurse
                (Get-KvTree taken -Count -Store other) | Should -Be 500
                (Get-KvValue taken/77 -Store other).Value | Should -Be 77
                Copy-Item from:/ kv:/all -Recurse
                (Get-KvTree all -Count -Store other) | Should -Be 504
                Disconnect-KvStore other
                Remove-PSDrive from
                Disconnect-KvStore drive
                $null = & $Connect
            }

            It 'does not copy a directory into itself, nor anything with -WhatIf' {
                (Get-ErrorOf { Copy-Item kv:/t kv:/t/in/it -Recurse }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
                Copy-Item kv:/t kv:/u -Recurse -WhatIf
                (Get-Key).Count | Should -Be 4
            }

            It 'gives the copy with -PassThru' {
                (Copy-Item kv:/t/s/1 kv:/copy -PassThru).Key | Should -Be copy
            }
        }

        Context 'Move-Item and Rename-Item' {
            It 'move a value in one step, with its time to live' {
                $pair = Set-KvValue a v -Ttl 100 -PassThru
                Move-Item kv:/a kv:/d/b
                $moved = Get-KvValue d/b
                $moved.Value, $moved.LeaseId | Should -Be v, $pair.LeaseId
                Test-KvKey a | Should -BeFalse
                $moved.Revision | Should -Be ($pair.Revision + 1)
                Rename-Item kv:/d/b c
                (Get-KvValue d/c).Revision | Should -Be ($moved.Revision + 1)
                Move-Item kv:/d/c kv:/
                (Get-KvValue c).Value | Should -Be v
            }

            It 'move a directory with its own value in one step where it is small' {
                'app', 'app/x', 'app/y/z', 'app-1', 'application' | ForEach-Object { Set-KvValue $_ $_ }
                Rename-Item kv:/app new
                Get-Key | Should -Be app-1, application, new, new/x, new/y/z
                (Get-KvTree new).Value | Should -Be app/x, app/y/z
                Get-KvTree new | ForEach-Object Revision | Sort-Object -Unique | Should -Be (Get-KvValue new).Revision
            }

            It 'move a large directory' {
                1..300 | ForEach-Object { [pscustomobject]@{ Key = "many/$_"; Value = $_ } } | Set-KvValue
                Set-KvValue many/large ('x' * 600KB)
                Set-KvValue many/large2 ('y' * 600KB)
                Move-Item kv:/many kv:/moved
                Get-KvTree moved -Count | Should -Be 302
                (Get-KvValue moved/123).Value | Should -Be 123
                (Get-KvValue moved/large).Value.Length | Should -Be 600KB
                Test-Path kv:/many | Should -BeFalse
            }

            It 'do not replace anything without -Force' {
                'a', 'b', 'd/x' | ForEach-Object { Set-KvValue $_ $_ }
                (Get-ErrorOf { Move-Item kv:/a kv:/b }).FullyQualifiedErrorId | Should -BeLike 'KvKeyExists,*'
                (Get-ErrorOf { Rename-Item kv:/a d }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
                (Get-KvValue a).Value, (Get-KvValue b).Value | Should -Be a, b
                Move-Item kv:/a kv:/b -Force
                (Get-KvValue b).Value | Should -Be a
                Test-KvKey a | Should -BeFalse
            }

            It 'refuse what cannot be: <Name>' -ForEach @(
                @{ Name = 'into itself'; Command = { Move-Item kv:/d kv:/d/e/f } }
                @{ Name = 'to itself'; Command = { Rename-Item kv:/d d } }
                @{ Name = 'a path as a name'; Command = { Rename-Item kv:/d e/f } }
            ) {
                Set-KvValue d/x v
                (Get-ErrorOf $Command).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
                Get-Key | Should -Be d/x
            }

            It 'move nothing with -WhatIf' {
                'a', 'd/x' | Set-KvValue -Value v
                Move-Item kv:/a kv:/b -WhatIf
                Rename-Item kv:/d e -WhatIf
                Get-Key | Should -Be a, d/x
            }

            It 'move between stores' {
                'd', 'd/x' | ForEach-Object { Set-KvValue $_ $_ }
                $null = Connect-KvStore -InMemory -Name other
                $null = New-PSDrive from -PSProvider Kv -Root '' -Store drive
                Move-Item from:/d kv:/e
                (Get-KvValue e -Store other).Value, (Get-KvValue e/x -Store other).Value | Should -Be d, d/x
                Get-Key | Should -BeNullOrEmpty
                Disconnect-KvStore other
                Remove-PSDrive from
                Disconnect-KvStore drive
                $null = & $Connect
            }
        }
    }
}

Describe 'A move while somebody else writes, in a store <Kind>' -ForEach @(
    @{ Kind = 'with transactions'; Type = 'RacingTransactions' }
    @{ Kind = 'without'; Type = 'RacingStore' }
) {
    BeforeAll {
        if (-not ('RacingStore' -as [type])) {
            # See Pipeline.Tests.ps1 for warning 1701.
            $references = @([Valkeyrie.KvPair].Assembly.Location) + (Get-ChildItem $PSHOME/ref/*.dll).FullName
            Add-Type -Path $PSScriptRoot/RacingStore.cs -ReferencedAssemblies $references -CompilerOptions '-nowarn:1701'
        }

        $store = (Connect-KvStore -InMemory -Name racing).Store
    }

    BeforeEach { 1..3 | ForEach-Object { Set-KvValue "d/$_" $_ } }
    AfterEach { Remove-PSDrive race; Remove-KvTree -All -Confirm:$false }
    AfterAll { Disconnect-KvStore racing }

    It 'takes along what was written' {
        $null = New-PSDrive race -PSProvider Kv -Root '' -Store (New-Object $Type $store, d/2, newer)
        Move-Item race:/d race:/e
        (Get-KvTree e).Value | Should -Be 1, newer, 3
        Test-Path race:/d | Should -BeFalse
    }

    It 'keeps what somebody else put in the way' {
        $null = New-PSDrive race -PSProvider Kv -Root '' -Store (New-Object $Type $store, e/2, theirs)
        (Get-ErrorOf { Move-Item race:/d race:/e }).FullyQualifiedErrorId | Should -BeLike 'KvKeyExists,*'
        (Get-KvValue e/2).Value, (Get-KvValue d/2).Value | Should -Be theirs, 2
    }
}

Describe 'Long work on a drive' -Tag etcd {
    BeforeAll {
        Add-TestStore HeldStore
        $inner = Connect-KvStore -InMemory -Name inner
        'app/a', 'app/b/c' | Set-KvValue -Value 1
    }

    AfterAll { $inner | Disconnect-KvStore }

    It 'shows that it is at work where the store takes its time: <Command>' -ForEach @(
        @{ Command = 'Copy-Item held:/app held:/copy -Recurse'; Activity = 'Copying'; Gone = 'nothing' }
        @{ Command = 'Remove-Item held:/app -Recurse'; Activity = 'Removing'; Gone = 'app/a' }
    ) {
        $held = [HeldStore]::new($inner.Store, 0, $false)
        $progress = Get-ProgressOf "`$null = New-PSDrive held Kv '' -Store `$held; $Command" $held
        $progress[0].Activity | Should -Be $Activity
        $progress[0].StatusDescription -replace '\\', '/' | Should -BeLike '*held:/app*'
        $progress[-1].RecordType | Should -Be Completed
        Test-KvKey $Gone -Store inner | Should -BeFalse
    }
}

Describe 'Items on a drive of etcd''s APIv2' -Tag etcd {
    BeforeAll { $null = Connect-KvStore $Server -ApiVersion 2 -Name v2 }
    AfterAll { Disconnect-KvStore v2 }
    AfterEach { Get-ChildItem kv:/ | Remove-Item -Recurse }

    It 'have directories that are real' {
        $made = New-Item kv:/d/e -ItemType Directory
        $made.PSIsContainer | Should -BeTrue
        Get-ChildItem kv:/d | ForEach-Object Key | Should -Be d/e
        Test-Path kv:/d/e -PathType Container | Should -BeTrue
        (Get-ErrorOf { Set-Content kv:/d v }).FullyQualifiedErrorId | Should -BeLike 'KvIsDirectory,*'
        Remove-Item kv:/d/e
        Test-Path kv:/d/e | Should -BeFalse
        Test-Path kv:/d | Should -BeTrue
    }

    It 'are written, listed, copied, moved and removed' {
        Set-Content kv:/a/x 1
        Add-Content kv:/a/x 2
        Get-Content kv:/a/x | Should -Be 1, 2
        Set-Content kv:/a/y/z 3
        Get-ChildItem kv:/ -Recurse | ForEach-Object Key | Should -Be a, a/x, a/y, a/y/z
        Copy-Item kv:/a kv:/b -Recurse
        Move-Item kv:/b/y kv:/moved
        (Get-KvTree -KeysOnly).Key | Should -Be a/x, a/y/z, b/x, moved/z
        Rename-Item kv:/moved/z w
        Get-Content kv:/moved/w | Should -Be 3
        (Get-ErrorOf { Move-Item kv:/moved/w kv:/a/x }).FullyQualifiedErrorId | Should -BeLike 'KvKeyExists,*'
        Remove-Item kv:/a -Recurse
        (Get-KvTree -KeysOnly).Key | Should -Be b/x, moved/w
    }
}
