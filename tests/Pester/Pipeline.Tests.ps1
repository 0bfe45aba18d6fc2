BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server -Name main
}

AfterAll { Stop-TestServer }

Describe 'Requests of a pipeline' -Tag etcd {
    It 'come back in the order in which they went in' {
        $keys = 1..1000 | ForEach-Object { "order/$(Get-Random)-$_" }
        $keys | Set-KvValue -Value 1 -PassThru | ForEach-Object Key | Should -Be $keys
        $keys | Get-KvValue | ForEach-Object Key | Should -Be $keys
        $keys | Test-KvKey | Should -Not -Contain $false
        $keys | Remove-KvValue -PassThru | Should -Be $keys
    }

    It 'that is of pairs ends a command that works on directories with one sentence: <_>' -ForEach @(
        'Compare-KvTree -DifferencePath x', 'Copy-KvTree -Destination x', 'Export-KvTree ./x.json', 'Export-KvTree -FilePath ./x.json', 'Get-KvTree', 'Remove-KvTree', 'Watch-KvTree -Timeout 1'
    ) {
        $line = $_
        1..3 | ForEach-Object { "pairs/$_" } | Set-KvValue -Value 1
        foreach ($source in { Get-KvTree pairs }, { Watch-KvTree pairs | Select-Object -First 2 }) {
            $failure = Get-ErrorOf { & $source | & ([scriptblock]::Create("`$input | $line")) }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            "$failure" | Should -BeLike "$(($line -split ' ')[0]) works on directories, and a pair was passed to it. *"
        }
    }

    It 'keep their order for each key' {
        $writes = 1..500 | ForEach-Object { [pscustomobject]@{ Key = "same/$($_ % 3)"; Value = $_ } }
        $revisions = $writes | Set-KvValue -PassThru | Group-Object Key
        foreach ($key in $revisions) {
            $key.Group.Revision | Should -Be ($key.Group.Revision | Sort-Object)
        }

        'same/0', 'same/1', 'same/2' | Get-KvValue -ValueOnly | Should -Be 498, 499, 500
    }

    Context 'against a store that answers only when many wait, and the last first' {
        BeforeAll {
            Add-TestStore GatedStore
        }

        It 'overlap, and are written in the order in which they were asked all the same' {
            $gate = [GatedStore]::new(32)
            $keys = 0..320 | ForEach-Object { "gate/$_" }
            $keys | Set-KvValue -Value 1 -PassThru -Store $gate | ForEach-Object Key | Should -Be $keys
            $gate.MostInFlight | Should -Be 32
            $null = $gate.DisposeAsync()
        }

        It 'never overlap for one key' {
            $gate = [GatedStore]::new(32)
            $keys = 0..320 | ForEach-Object { "gate/$($_ % 40)" }
            $keys | Set-KvValue -Value 1 -PassThru -Store $gate | ForEach-Object Key | Should -Be $keys
            $gate.SameKeyOverlapped | Should -BeFalse
            $gate.MostInFlight | Should -Be 32
            $null = $gate.DisposeAsync()
        }
    }

    It 'fail one by one, each with an error of its own key, and the others go on' {
        $keys = 1..200 | ForEach-Object { $_ % 10 ? "mixed/$_" : "bad`0/$_" }
        $written = $keys | Set-KvValue -Value 1 -PassThru -ErrorVariable failures -ErrorAction SilentlyContinue
        $written.Count | Should -Be 180
        $failures.Count | Should -Be 20
        $failures | ForEach-Object TargetObject | Should -Be ($keys -like "bad*")
        $failures | ForEach-Object FullyQualifiedErrorId | Sort-Object -Unique | Should -BeLike 'KvInvalidArgument,*'
    }

    It 'end with -ErrorAction Stop at the first that fails: those before it are made, and of later ones that were sent before a warning tells' {
        $keys = 0..999 | ForEach-Object { $_ -eq 600 ? "stop`0" : 'stop/{0:000}' -f $_ }
        { $keys | Set-KvValue -Value 1 -ErrorAction Stop -WarningVariable script:warned -WarningAction SilentlyContinue } | Should -Throw -ErrorId 'KvInvalidArgument,*'
        $made = @(Get-KvTree stop -KeysOnly | ForEach-Object Key)
        $made | Should -Be $keys[0..599]
        $warned | Should -BeNullOrEmpty
    }

    It 'leave errors in the order of their keys' {
        $keys = 1..200 | ForEach-Object { "missing/$_" }
        $null = $keys | Get-KvValue -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures | ForEach-Object TargetObject | Should -Be $keys
    }

    It 'stop at the first error with -ErrorAction Stop' {
        $read = [Collections.Generic.List[object]]::new()
        Set-KvValue stop/a 1
        { 'stop/a', 'stop/missing', 'stop/a' | Get-KvValue -ErrorAction Stop | ForEach-Object { $read.Add($_) } } | Should -Throw -ErrorId 'KvKeyNotFound,*'
        $read.Count | Should -Be 1
    }

    It 'are answered promptly when the producer is slow' {
        # Were an answer held back until the next record, the producer would never see it.
        $answered = [Collections.Generic.List[string]]::new()
        1..5 | ForEach-Object {
            [Threading.Thread]::Sleep(20)
            "prompt/$_"
            $answered.Count | Should -Be $_
        } | Set-KvValue -Value 1 -PassThru | ForEach-Object { $answered.Add($_.Key) }
        $answered.Count | Should -Be 5
    }

    It 'are answered before a watch waits for more, however quickly its last events came' {
        $first = (1..300 | ForEach-Object { "burst/$_" } | Set-KvValue -Value 1 -PassThru).Revision | Measure-Object -Minimum
        $mirror = Connect-KvStore $Server -Name mirror -Namespace mirror/
        Select-KvStore main
        $ended = @{}
        & { Watch-KvTree burst -FromRevision $first.Minimum -Timeout 20; $ended.ByTimeout = $true } | Set-KvValue -Store $mirror -PassThru | Select-Object -First 300 |
            Should -HaveCount 300
        $ended.Count | Should -Be 0 -Because 'the last answer ended the watch'
        Disconnect-KvStore $mirror
    }

    It 'end at once with Ctrl+C' {
        Stop-AtWork '0..[int]::MaxValue | ForEach-Object { "endless/$_" } | Set-KvValue -Value 1 -Store main' {
            Test-KvKey endless/100 -Store main
        } | Should -Be Stopped
    }

    It 'end when a later command has enough' {
        0..100000 | ForEach-Object { "enough/$_" } | Set-KvValue -Value 1 -PassThru | Select-Object -First 3 | Should -HaveCount 3
        Test-KvKey enough/50000 | Should -BeFalse
    }
}
