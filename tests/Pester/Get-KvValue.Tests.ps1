BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server
}

AfterAll { Stop-TestServer }

Describe 'Get-KvValue' -Tag etcd {
    It 'emits the pair with all that the store knows of it' {
        Set-KvValue get/a 1
        $second = Set-KvValue get/a 2 -Ttl 100 -PassThru
        $pair = Get-KvValue get/a
        $pair | Should -BeOfType Valkeyrie.KvPair
        $pair.Key | Should -BeExactly get/a
        $pair.Value | Should -BeExactly 2
        $pair.Bytes | Should -Be ([byte[]] 50)
        $pair.Revision | Should -Be $second.Revision
        $pair.CreateRevision | Should -BeLessThan $pair.Revision
        $pair.Version | Should -Be 2
        $pair.LeaseId | Should -Be $second.LeaseId
    }

    It 'reads several keys, in their order' {
        'm/1', 'm/2', 'm/3' | ForEach-Object { Set-KvValue $_ $_ }
        Get-KvValue m/3, m/1 -ValueOnly | Should -Be m/3, m/1
        'm/2', 'm/1' | Get-KvValue -ValueOnly | Should -Be m/2, m/1
        [pscustomobject]@{ Key = 'm/2' }, [pscustomobject]@{ Key = 'm/3' } | Get-KvValue -ValueOnly | Should -Be m/2, m/3
    }

    It 'reads the keys of a listing' {
        Set-KvValue l/a 1
        Get-KvTree l -KeysOnly | Get-KvValue -ValueOnly | Should -Be 1
    }

    It 'says of a missing key that it is not found, and goes on with the others' {
        Set-KvValue there 1
        $values = Get-KvValue missing, there -ValueOnly -ErrorVariable failures -ErrorAction SilentlyContinue
        $values | Should -Be 1
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -Be 'KvKeyNotFound,Valkeyrie.PowerShell.Commands.GetKvValueCommand'
        $failures[0].CategoryInfo.Category | Should -Be ObjectNotFound
        $failures[0].TargetObject | Should -Be missing
        $failures[0].Exception | Should -BeOfType Valkeyrie.KvKeyNotFoundException
    }

    It 'tells an empty value from a missing one' {
        Set-KvValue empty ''
        Get-KvValue empty -ValueOnly | Should -BeExactly ''
        (Get-KvValue empty).Bytes.Length | Should -Be 0
    }

    It 'reads an older revision' {
        $old = Set-KvValue r/a old -PassThru
        Set-KvValue r/a new
        Get-KvValue r/a -Revision $old.Revision -ValueOnly | Should -Be old
        Get-KvValue r/a -Serializable -ValueOnly | Should -Be new
    }

    It 'says that a key was not there at an older revision, and when it came' {
        $before = (Set-KvValue r/before 1 -PassThru).Revision
        $created = (Set-KvValue r/later 1 -PassThru).Revision
        Set-KvValue r/later 2
        $failure = Get-ErrorOf { Get-KvValue r/later -Revision $before }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvKeyNotFound,*'
        "$failure" | Should -BeLike "*'r/later' did not exist at revision $before*created at revision $created*Get-KvHistory r/later*"
        $failure.Exception.CreateRevision | Should -Be $created
        "$(Get-ErrorOf { Get-KvValue r/never -Revision $before })" | Should -BeLike "*'r/never' did not exist at revision $before.*Get-KvTree -Prefix r/ -KeysOnly*now*"
        Set-KvValue young/a 1
        "$(Get-ErrorOf { Get-KvTree young -Revision $before })" | Should -BeLike "*directory 'young' did not exist at revision $before*"
        @(Get-KvValue r/before, r/later, r/before -Revision $before -ErrorAction SilentlyContinue).Count | Should -Be 2
    }

    It 'says that a revision has been compacted away' {
        $old = Set-KvValue c/a 1 -PassThru
        $new = Set-KvValue c/a 2 -PassThru
        $null = Invoke-Etcdctl compaction $new.Revision
        $failure = Get-ErrorOf { Get-KvValue c/a -Revision $old.Revision }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvCompacted,*'
        $failure.TargetObject | Should -Be c/a
        "$failure" | Should -BeLike '*Get-KvHistory c/a*'
    }

    It 'emits one byte array with -AsByteStream' {
        Set-KvValue b/a ([byte[]] (1, 2))
        $bytes = Get-KvValue b/a -AsByteStream
        , $bytes | Should -BeOfType byte[]
        @(Get-KvValue b/a, b/a -AsByteStream).Count | Should -Be 2
    }

    It 'emits what JSON stands for with -AsJson' {
        Set-KvValue j/a @{ name = 'x'; list = 1, 2; nested = @{ on = $true } }
        $read = Get-KvValue j/a -AsJson
        $read.name | Should -Be x
        $read.list | Should -Be 1, 2
        $read.nested.on | Should -BeTrue
    }

    It 'reads back as JSON <Json>' -ForEach @(
        @{ Json = '5'; Expected = 5 }
        @{ Json = '"text"'; Expected = 'text' }
        @{ Json = '[1,2,3]'; Expected = 1, 2, 3 }
        @{ Json = 'null'; Expected = $null }
        @{ Json = 'false'; Expected = $false }
    ) {
        Set-KvValue j/b $Json
        Get-KvValue j/b -AsJson | Should -Be $Expected
    }

    It 'says of a value that it is not JSON, and goes on' {
        Set-KvValue j/bad '{oops'
        Set-KvValue j/good 1
        $values = Get-KvValue j/bad, j/good -AsJson -ErrorVariable failures -ErrorAction SilentlyContinue
        $values | Should -Be 1
        $failure = $failures | Where-Object FullyQualifiedErrorId -Like 'KvInvalidJson,*'
        $failure.TargetObject | Should -Be j/bad
    }

    It 'refuses an object that has no key' {
        (Get-ErrorOf { [pscustomobject]@{ Foo = 1 } | Get-KvValue }).FullyQualifiedErrorId | Should -BeLike 'InputObjectNotBound,*'
    }

    It 'tells the size, and the time to live on request' {
        $null = Set-KvValue size/a 'grüße' -Ttl 300
        $pair = Get-KvValue size/a
        $pair.Size | Should -Be 7
        $pair.Ttl ?? $pair.Remaining | Should -BeNullOrEmpty
        (Get-KvTree size -KeysOnly).Size | Should -BeNullOrEmpty
        $pair = Get-KvValue size/a -IncludeTtl
        $pair.Ttl | Should -Be ([timespan] '00:05:00')
        $pair.Remaining | Should -BeLessOrEqual $pair.Ttl
        $pair.Remaining | Should -BeGreaterThan ([timespan] '00:00:10')
        $pair.Value, $pair.Revision | Should -Be 'grüße', (Get-KvValue size/a).Revision
        ($pair | Format-List | Out-String) | Should -Match '(?m)^LeaseId\s+: [0-9a-f]+\r?\n.*Ttl\s+: 00:05:00\r?\nRemaining\s+: '
        Set-KvValue size/b 1
        (Get-KvValue size/b -IncludeTtl).Ttl | Should -BeNullOrEmpty
        (Get-ErrorOf { Get-KvValue size/b -IncludeTtl -Revision 1 }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }

    Context '-Default' {
        BeforeAll { Set-KvValue there/a stored }

        It 'stands for a key that does not exist, as a pair of revision 0' {
            $pair = Get-KvValue there/none -Default 007
            $pair | Should -BeOfType ([Valkeyrie.KvPair])
            $pair.Key, $pair.Value, $pair.Revision | Should -Be there/none, '007', 0
            (Get-KvValue there/a -Default x).Value | Should -Be stored
            'there/a', 'there/none' | Get-KvValue -ValueOnly -Default x | Should -Be stored, x
            Get-KvValue there/none -ValueOnly -Default '' | Should -BeExactly ''
            (Get-KvValue there/none -AsByteStream -Default AB) -join ' ' | Should -Be '65 66'
            (Get-KvValue there/none -AsJson -Default @{ a = 1 }).a | Should -Be 1
        }

        It 'is no error where it is null' {
            Get-KvValue there/none -Default $null | Should -BeNullOrEmpty
            Get-KvValue there/none -ValueOnly -Default $null | Should -BeNullOrEmpty
        }

        It 'stands for what was not there at an older revision, and for no other failure' {
            $then = (Set-KvValue there/then 1 -PassThru).Revision
            Set-KvValue there/later 1
            Get-KvValue there/later -Revision $then -ValueOnly -Default early | Should -Be early
            (Get-ErrorOf { Get-KvValue '' -Default x }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            (Get-ErrorOf { Get-KvValue there/none -Default { 1 } }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        }
    }

    Context '-Wait' {
        It 'waits until the key exists' {
            $writer = Start-ThreadJob -ArgumentList $ModulePath, (Get-KvStore | Where-Object IsCurrent).Name { param($module, $store) Import-Module $module; Set-KvValue wait/later there -Store $store }
            Get-KvValue wait/later -Wait -Timeout 60 -ValueOnly | Should -Be there
            $writer | Receive-Job -Wait -AutoRemoveJob
            Get-KvValue wait/later -Wait -Timeout 0 -ValueOnly | Should -Be there
        }

        It 'ends with an error, or the default, after the time' {
            $failure = Get-ErrorOf { Get-KvValue wait/never -Wait -Timeout 0.01 }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvWaitTimedOut,*'
            $failure.CategoryInfo.Category | Should -Be OperationTimeout
            $failure.TargetObject | Should -Be wait/never
            Get-KvValue wait/never -Wait -Timeout 0.01 -Default x -ValueOnly | Should -Be x
        }

        It 'is refused with <Name>' -ForEach @(
            @{ Name = '-Revision'; Run = { Get-KvValue a -Wait -Revision 1 } }
            @{ Name = 'a timeout alone'; Run = { Get-KvValue a -Timeout 1 } }
            @{ Name = 'a timeout below zero'; Run = { Get-KvValue wait/never -Wait -Timeout -1 } }
        ) {
            (Get-ErrorOf $Run).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        }
    }
}
