# The drive: how items are listed, found and named. Drive.Content, Drive.Changes and Drive.Session are about the rest.

BeforeAll {
    . $PSScriptRoot/Common.ps1

    # Where an item is, without the provider's name before it, with slashes on every platform.
    function Get-Where([Parameter(ValueFromPipeline)] $Item) {
        process { $Item.PSPath -replace '^.*?::' -replace '\\', '/' }
    }

    function Get-Completion([string] $Line) {
        (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText -replace '\\', '/'
    }

    $null = Connect-KvStore -InMemory -Name drive

    # A drive has a location of its own, which tests before these may have left elsewhere.
    Push-Location kv:/
    Pop-Location
}

AfterAll {
    Set-Location $PSScriptRoot
    Stop-TestServer
}

Describe 'The drive kv:' {
    BeforeAll {
        'app', 'app-1', 'app/db/host', 'app/db/port', 'app/name', 'application/x', 'leaf' | ForEach-Object { Set-KvValue $_ "value of $_" }
    }

    AfterAll { Remove-KvTree -All -Confirm:$false }

    Context 'lists' {
        It 'the keys and directories right below, each once' {
            Get-ChildItem kv:/ | Get-Where | Should -Be kv:/app-1, kv:/app, kv:/application, kv:/leaf
            Get-ChildItem kv:/app | Get-Where | Should -Be kv:/app/db, kv:/app/name
            Get-ChildItem kv: -Name | Should -Be app-1, app, application, leaf
            Get-ChildItem kv:/leaf | Get-Where | Should -Be kv:/leaf
        }

        It 'pairs, which other cmdlets take, and directories' {
            $pair = Get-ChildItem kv:/app/name
            $pair.PSObject.BaseObject.GetType() | Should -Be ([Valkeyrie.KvPair])
            $pair.Name, $pair.Value, $pair.Length, $pair.Mode, $pair.PSIsContainer | Should -Be name, 'value of app/name', 17, '-v-', $false
            $directory = Get-ChildItem kv:/app -Directory
            $directory.Name, $directory.Key, $directory.Mode, $directory.PSIsContainer | Should -Be db, app/db, 'd--', $true
        }

        It 'a directory that is a key too as one item' {
            $both = Get-Item kv:/app
            $both.Mode, $both.Value, $both.PSIsContainer | Should -Be 'dv-', 'value of app', $true
            (Get-ChildItem kv:/ -File).Name | Should -Be app-1, app, leaf
            (Get-ChildItem kv:/ -Directory).Name | Should -Be app, application
        }

        It 'all below with -Recurse, and less with -Depth' {
            Get-ChildItem kv:/app -Recurse | Get-Where | Should -Be kv:/app/db, kv:/app/db/host, kv:/app/db/port, kv:/app/name
            Get-ChildItem kv:/ -Recurse -Depth 0 | Get-Where | Should -Be kv:/app-1, kv:/app, kv:/application, kv:/leaf
            Get-ChildItem kv:/ -Depth 1 | Get-Where | Should -Be kv:/app-1, kv:/app, kv:/app/db, kv:/app/name, kv:/application, kv:/application/x, kv:/leaf
            Get-ChildItem kv:/app -Recurse -Name | ForEach-Object { $_ -replace '\\', '/' } | Should -Be db, name, db/host, db/port
        }

        It 'what -Filter, -Include, -Exclude and wildcards choose' {
            Get-ChildItem kv:/ -Filter app* | ForEach-Object Name | Should -Be app-1, app, application
            Get-ChildItem kv:/ -Recurse -Filter h* | Get-Where | Should -Be kv:/app/db/host
            Get-ChildItem kv:/ -Recurse -Include h*, x | Get-Where | Should -Be kv:/app/db/host, kv:/application/x
            Get-ChildItem kv:/* -Exclude app* | Get-Where | Should -Be kv:/leaf
            Get-ChildItem kv:/app/*/p* | Get-Where | Should -Be kv:/app/db/port
            Get-ChildItem 'kv:/app-[0-9]' | Get-Where | Should -Be kv:/app-1
            Get-ChildItem kv:/none* | Should -BeNullOrEmpty
        }

        It 'without values if told so' {
            $item = Get-ChildItem kv:/app -KeysOnly -File
            $item.KeyOnly | Should -BeTrue
            $item.Length | Should -BeNullOrEmpty
        }

        It 'as a table of mode, revision, length and name, under the directory' {
            $lines = (Get-ChildItem kv:/app | Out-String -Width 80).Trim() -split '\r?\n' | ForEach-Object { $_.TrimEnd() -replace '\\', '/' }
            $lines[0] | Should -Be 'Directory: kv:/app'
            $lines[2] | Should -Be 'Mode   Revision     Length Name'
            $lines[4] | Should -Be 'd--                        db'
            $lines[5] | Should -Match '^-v- +\d+ +17 name$'
        }
    }

    Context 'can be walked' {
        BeforeEach { Push-Location $PSScriptRoot }
        AfterEach { Pop-Location }

        It 'up and down' {
            Set-Location kv:/app
            "$PWD" -replace '\\', '/' | Should -Be kv:/app
            Get-ChildItem | Get-Where | Should -Be kv:/app/db, kv:/app/name
            Set-Location db
            Get-Content host | Should -Be 'value of app/db/host'
            Get-Content ../name | Should -Be 'value of app/name'
            Set-Location ../..
            "$PWD" -replace '\\', '/' | Should -Be kv:/
            Push-Location kv:/app/db/
            "$PWD" -replace '\\', '/' | Should -Be kv:/app/db
            Pop-Location
            "$PWD" -replace '\\', '/' | Should -Be kv:/
        }

        It 'not into a value, nor into nothing' {
            { Set-Location kv:/leaf -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,*'
            { Set-Location kv:/nowhere -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,*'
        }
    }

    It 'answers to the cmdlets of paths' {
        Join-Path kv:/app db | ForEach-Object { $_ -replace '\\', '/' } | Should -Be kv:/app/db
        Split-Path kv:/app/db/host | ForEach-Object { $_ -replace '\\', '/' } | Should -Be kv:/app/db
        Split-Path kv:/app/db/host -Leaf | Should -Be host
        Split-Path kv:/app -Parent | ForEach-Object { $_ -replace '\\', '/' } | Should -Be kv:/
        (Resolve-Path kv:/app/d*/h*).Path -replace '\\', '/' | Should -Be kv:/app/db/host
        Convert-Path kv:/app | ForEach-Object { $_ -replace '\\', '/' } | Should -Be kv:/app
        Push-Location kv:/app/db
        Resolve-Path host -Relative | ForEach-Object { $_ -replace '\\', '/' } | Should -Be ./host
        Resolve-Path kv:/leaf -Relative | ForEach-Object { $_ -replace '\\', '/' } | Should -Be ../../leaf
        Pop-Location
    }

    It 'tells what is there' {
        Test-Path kv:/, kv:/app, kv:/app/, kv:/app/name, kv:/ap, kv:/app/db/host/x | Should -Be $true, $true, $true, $true, $false, $false
        Test-Path kv:/app/db, kv:/app/name -PathType Container | Should -Be $true, $false
        Test-Path kv:/app/db, kv:/app/name -PathType Leaf | Should -Be $false, $true
        { Get-Item kv:/none -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,*'
    }

    It 'takes keys for different that differ in case alone' {
        Set-KvValue LEAF upper
        Get-Content kv:/LEAF | Should -Be upper
        Get-Content kv:/leaf | Should -Be 'value of leaf'
        Test-Path kv:/Leaf | Should -BeFalse
        Remove-KvValue LEAF
    }

    It 'shows what the store knows of a key as properties' {
        $pair = Set-KvValue leased v -Ttl 100 -PassThru
        $properties = Get-ItemProperty kv:/leased
        $properties.Key, $properties.Revision, $properties.LeaseId, $properties.Length, $properties.Version | Should -Be leased, $pair.Revision, $pair.LeaseId, 1, 1
        Get-ItemPropertyValue kv:/leased Revision | Should -Be $pair.Revision
        (Get-ItemProperty kv:/leased -Name *Revision).PSObject.Properties.Name | Should -Contain CreateRevision
        $properties.Ttl.TotalSeconds | Should -BeGreaterThan 0
        $properties.Ttl.TotalSeconds | Should -BeLessOrEqual 100
        (Get-Item kv:/leased).Mode | Should -Be '-vl'
        { Set-ItemProperty kv:/leased -Name Revision -Value 5 -ErrorAction Stop } | Should -Throw -ErrorId 'NotSupported,*'
        Remove-KvValue leased
    }


    It 'does not show what locks are made of' {
        $held = Lock-KvKey app/locked
        Get-ChildItem kv:/ -Recurse | Where-Object Key -Like *___lock* | Should -BeNullOrEmpty
        Test-Path kv:/app/locked___lock | Should -BeFalse
        Unlock-KvKey $held
    }
}

Describe 'Names that a path cannot have as they are' {
    BeforeAll {
        $names = @{
            '/registry/pods/a' = 'kv:/%/registry/pods/a'; 'a//b' = 'kv:/a/%/b'; 'slash/' = 'kv:/slash/%'; './x' = 'kv:/%2E/x'; 'a/..' = 'kv:/a/%2E%2E'
            'back\slash' = 'kv:/back%5Cslash'; '%' = 'kv:/%25'; '100%' = 'kv:/100%'; 'a%20b' = 'kv:/a%20b'; '%5C' = 'kv:/%255C'
            'w[1]*?' = 'kv:/w[1]*?'; '`tick' = 'kv:/`tick'; ' blank ' = 'kv:/ blank '; "quote'" = "kv:/quote'"; 'host:80' = 'kv:/host:80'; 'a::b' = 'kv:/a::b'
            'Zoë/🔑' = 'kv:/Zoë/🔑'; '~' = 'kv:/~'; '$x' = 'kv:/$x'

            # A byte that is no UTF-8, and what does not show; what reads like such a sign, and what does not.
            "b$([char] 0xDCFF)d" = 'kv:/b%FFd'; "l`nf" = 'kv:/l%0Af'; "e`e[31m" = 'kv:/e%1B[31m'; "r`u{202e}l" = 'kv:/r%E2%80%AEl'; "c`u{85}" = 'kv:/c%C2%85'
            'z%0A' = 'kv:/z%250A'; 'z%C3%A4' = 'kv:/z%25C3%25A4'; 'z%41' = 'kv:/z%41'; "y%C2`u{85}" = 'kv:/y%25C2%C2%85'; "y$([char] 0xDCC2)%85" = 'kv:/y%C2%2585'
        }
        $names.Keys | ForEach-Object { Set-KvValue $_ "value of $_" }
    }

    AfterAll { Remove-KvTree -All -Confirm:$false }

    It 'are shown in a way of their own' {
        $found = @{}
        Get-ChildItem kv:/ -Recurse -File | ForEach-Object { $found[$_.Key] = $_ | Get-Where }
        $found.Count | Should -Be $names.Count
        $names.Keys | ForEach-Object { $found[$_] | Should -BeExactly $names[$_] }
    }

    It 'are reached by what is shown: <_>' -ForEach 'Get-Item', 'Get-Content', 'Test-Path' {
        foreach ($key in $names.Keys) {
            $got = & $_ -LiteralPath $names[$key]
            ($got -is [Valkeyrie.KvPair] ? $got.Value : $got) | Should -BeIn "value of $key", $true -Because $key
        }
    }

    It 'are reached through the pipeline' {
        Get-ChildItem kv:/ -Recurse -File | ForEach-Object { ($_ | Get-Content) -join "`n" | Should -BeExactly $_.Value }
        Get-ChildItem kv:/ -Recurse -Directory | ForEach-Object { $_ | Get-ChildItem -Recurse -File | Should -Not -BeNullOrEmpty -Because $_.Key }
    }

    It 'are written, renamed and removed by -LiteralPath' {
        Set-Content -LiteralPath 'kv:/new[1]' x
        (Get-KvValue 'new[1]').Value | Should -Be x
        Rename-Item -LiteralPath 'kv:/new[1]' 'back%5C[2]'
        (Get-KvValue 'back\[2]').Value | Should -Be x
        Remove-Item -LiteralPath 'kv:/back%5C[2]'
        Test-KvKey 'back\[2]' | Should -BeFalse
        Test-KvKey 'w[1]*?' | Should -BeTrue
    }

    It 'are chosen by wildcards as files are' {
        Get-Item 'kv:/w`[1`]`*`?' | Get-Where | Should -Be 'kv:/w[1]*?'
        Get-ChildItem kv:/%/reg* | Get-Where | Should -Be kv:/%/registry
        Get-ChildItem kv:/ba*sh | ForEach-Object Key | Should -Be 'back\slash'
    }

    It 'can be walked into' {
        Push-Location kv:/%/registry
        Get-Content pods/a | Should -Be 'value of /registry/pods/a'
        Get-ChildItem .. | Get-Where | Should -Be kv:/%/registry
        Pop-Location
    }
}

Describe 'A large directory' {
    BeforeAll {
        1..20000 | ForEach-Object { [pscustomobject]@{ Key = "big/$($_.ToString('d5'))/x"; Value = $_ }; [pscustomobject]@{ Key = "flat/$($_.ToString('d5'))"; Value = $_ } } | Set-KvValue
    }

    AfterAll { Remove-KvTree -All -Confirm:$false }

    It 'is listed as a stream' {
        # The one that takes has had enough long before a listing could end.
        $counted = [ref] 0
        $first = Get-ChildItem kv:/flat | ForEach-Object { $counted.Value++; $_ } | Select-Object -First 3
        $first.Name | Should -Be 00001, 00002, 00003
        $counted.Value | Should -Be 3
        (Get-ChildItem kv:/flat -Name | Measure-Object).Count | Should -Be 20000
        (Get-ChildItem kv:/big | Measure-Object).Count | Should -Be 20000
    }

    It 'is passed over where only its name is asked for' {
        Get-ChildItem kv:/ | Get-Where | Should -Be kv:/big, kv:/flat
    }

    It 'ends at once when stopped' {
        $state = Stop-AtWork '$null = Connect-KvStore -InMemory; 1..3000 | ForEach-Object { Set-KvValue "k/$_" x }; while ($true) { $global:Listed = Get-ChildItem kv:/k -Recurse; [Environment]::SetEnvironmentVariable("VALKEYRIE_LISTED", "yes") }' {
            $env:VALKEYRIE_LISTED -eq 'yes'
        }
        $env:VALKEYRIE_LISTED = $null
        $state | Should -Be Stopped
    }
}
