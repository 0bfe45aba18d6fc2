BeforeDiscovery {
    $stores = @(
        @{ Name = 'etcd v3'; Needs = 'etcd'; Open = { Connect-KvStore $Server -Name main -Force } }
        @{ Name = 'an embedded store'; Needs = @(); Open = { Connect-KvStore -Path "$TestDrive/leases.db" -Name main -Force } }
    )
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
}

AfterAll { Stop-TestServer }

foreach ($store in $stores) {
    Describe 'Get-KvLease on <Name>' -Tag $store.Needs -ForEach $store {
        BeforeAll { $null = & $Open }

        It 'tells the time granted, what is left of it, and the keys' {
            $lease = New-KvLease 3000
            Set-KvValue told/b 1 -Lease $lease
            Set-KvValue told/a 1 -Lease $lease
            $told = Get-KvLease $lease
            $told.Id | Should -Be $lease.Id
            $told.Ttl | Should -Be ([TimeSpan]::FromSeconds(3000))
            $told.Remaining | Should -BeGreaterThan ([TimeSpan]::FromSeconds(1500))
            $told.Remaining | Should -BeLessOrEqual $told.Ttl
            $told.Keys | Should -Be told/a, told/b
            Remove-KvLease $lease
        }

        It 'shows all where none is named, and no others' {
            $made = 1..40 | ForEach-Object { New-KvLease 300 }
            (Get-KvLease).Id | Sort-Object | Should -Be ($made.Id | Sort-Object)
            $made | Remove-KvLease
            Get-KvLease | Should -BeNullOrEmpty
        }

        It 'shows nothing where a pipeline brings nothing' {
            $lease = New-KvLease 300
            @() | Get-KvLease | Should -BeNullOrEmpty
            Remove-KvLease $lease
        }

        It 'takes leases, numbers, and pairs with a lease from the pipeline' {
            $one = New-KvLease 300
            $two = New-KvLease 600
            Set-KvValue piped/a 1 -Lease $one
            ($one, $two | Get-KvLease).Id | Should -Be $one.Id, $two.Id
            ($one.Id, "$two" | Get-KvLease).Id | Should -Be $one.Id, $two.Id
            (Get-KvValue piped/a | Get-KvLease).Id | Should -Be $one.Id
            (Watch-KvKey piped/a | Select-Object -First 1 | Get-KvLease).Id | Should -Be $one.Id
            $one, $two | Remove-KvLease
        }

        It 'reads <Typed> as the lease that the views show as <Shown>' -ForEach @(
            @{ Typed = '10'; Shown = '10' }
            @{ Typed = "'10'"; Shown = '10' }
            @{ Typed = '-Id:10'; Shown = '10' }
            @{ Typed = '0x10'; Shown = '10' }
            @{ Typed = '1e5'; Shown = '1e5' }
            @{ Typed = '1d'; Shown = '1d' }
            @{ Typed = '7823836311160363807'; Shown = '6c93d9ac2b841b1f' }
            @{ Typed = '([long] 10)'; Shown = 'a' }
            @{ Typed = '$ten'; Shown = 'a' }
            @{ Typed = '@($ten)'; Shown = 'a' }
        ) {
            $ten = 10
            foreach ($command in 'Get-KvLease', 'Remove-KvLease', 'Update-KvLease') {
                "$(Get-ErrorOf ([scriptblock]::Create("$command $Typed")))" | Should -BeLike "The lease $Shown does not exist*"
            }
        }

        It 'refuses typed digits in a list, whose text PowerShell does not keep' {
            "$(Get-ErrorOf { Get-KvLease 10, 11 })" | Should -BeLike "*Quote it: '10'."
            $null = Get-KvLease '10', '11' -ErrorVariable failures -ErrorAction SilentlyContinue
            "$failures" | Should -BeLike 'The lease 10 *The lease 11 *'
        }

        It 'says of each lease that has ended that it has, and goes on' {
            $gone = New-KvLease 300
            Remove-KvLease $gone
            $there = New-KvLease 300
            $found = $gone, $there | Get-KvLease -ErrorVariable failures -ErrorAction SilentlyContinue
            $found.Id | Should -Be $there.Id
            $failures | Should -HaveCount 1
            $failures[0].FullyQualifiedErrorId | Should -BeLike 'KvLeaseNotFound,*'
            $failures[0].CategoryInfo.Category | Should -Be ObjectNotFound
            "$($failures[0])" | Should -BeLike "*$gone*"
            Remove-KvLease $there
        }

        It 'says of a pair without a lease that it has none' {
            Set-KvValue without 1
            (Get-ErrorOf { Get-KvValue without | Get-KvLease }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        }

        It 'refuses null, as of an unset variable, instead of showing all' {
            (Get-ErrorOf { Get-KvLease $null }).FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentTransformationError,*'
        }
    }
}

Describe 'The prompt for a lease' {
    It 'reads the answer as the views show it' {
        $asked = "10`n`n10`n`n" | & $Pwsh -NoProfile -Command "Import-Module '$ModulePath'; `$null = Connect-KvStore -InMemory; Remove-KvLease; Update-KvLease" 2>&1
        @($asked -like '*The lease 10 does not exist*') | Should -HaveCount 2
    }
}
