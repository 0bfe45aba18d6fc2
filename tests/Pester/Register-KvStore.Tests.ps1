BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Register = Join-Path $TestFolder valkeyrie stores.json
}

AfterAll { Stop-TestServer }

Describe 'Register-KvStore' {
    AfterEach {
        Get-KvStore | Disconnect-KvStore
        Remove-Item $Register -ErrorAction Ignore
    }

    Context 'with a server' -Tag etcd {
        BeforeAll { $Server = Start-TestServer }

        It 'keeps where a store is, so that Connect-KvStore opens it by its name in tomorrow''s session' {
            Register-KvStore prod $Server -Namespace app/ -Timeout 5 | Should -BeNullOrEmpty
            Invoke-TestPowerShell @"
                `$store = Connect-KvStore prod
                Set-KvValue a 1
                `$store.Name, `$store.Namespace, `$store.Endpoints
"@ | Should -Be prod, app/, $Server
            (Connect-KvStore PROD).Namespace | Should -Be app/
            Test-KvKey a | Should -BeTrue
        }

        It 'gives way to what Connect-KvStore is given' {
            Register-KvStore prod $Server -Namespace app/
            $store = Connect-KvStore prod -Namespace other/ -Name mine
            $store.Namespace, $store.Name | Should -Be other/, mine
            (Connect-KvStore prod -Namespace '').Namespace | Should -BeNullOrEmpty
        }

        It 'goes before a host of that name, which is reached by its port' {
            Register-KvStore localhost $Server
            (Connect-KvStore localhost).Endpoints | Should -Be $Server
            $port = ([uri] $Server).Port
            (Connect-KvStore "localhost:$port").Endpoints | Should -Be "http://localhost:$port"
        }

        It 'opens each of several names from the pipeline' {
            Register-KvStore one $Server -Namespace one/
            Register-KvStore two $Server
            'one', 'two' | Connect-KvStore | ForEach-Object { "$($_.Name):$($_.Namespace)" } | Should -Be one:one/, two:
        }

        It 'leaves the variables of etcd alone, so that no password goes to another server' {
            Register-KvStore prod $Server
            $env:ETCDCTL_USER = 'somebody:secret'
            try { (Connect-KvStore prod).User | Should -BeNullOrEmpty } finally { Remove-Item Env:ETCDCTL_USER }
        }
    }

    It 'keeps certificates by their paths, and the API''s version' {
        $authority = New-TestAuthority authority
        $client = New-TestCertificate $authority client me
        Push-Location $TestFolder
        $kept = Register-KvStore secure h1, 'h2:1234' -CaCertificate authority.pem -ClientCertificate client.pem -ClientKey client.key -ApiVersion 2 -PassThru
        Pop-Location
        $kept.CaCertificate, $kept.ClientCertificate, $kept.ClientKey | Should -Be $authority.Path, $client.Path, $client.KeyPath
        $kept.ApiVersion | Should -Be 2
        $kept.Endpoint | Should -Be h1, h2:1234
        Get-Content $Register -Raw | Should -Not -Match 'BEGIN' -Because 'a key stays in its own file'
    }

    It 'keeps the file of an embedded store' {
        $file = Join-Path $TestFolder notes.db
        Push-Location $TestFolder
        Register-KvStore notes -Path notes.db -Namespace mine/
        Pop-Location
        $store = Connect-KvStore notes
        $store.Name, $store.Namespace, $store.Endpoints[0] | Should -Be notes, mine/, $file
        Set-KvValue a 1
        Disconnect-KvStore notes
        $credential = [pscredential]::new('u', (ConvertTo-SecureString p -AsPlainText -Force))
        (Get-ErrorOf { Connect-KvStore notes -Credential $credential }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }

    It 'never keeps a password: it takes none, and refuses one in an endpoint' {
        (Get-Command Register-KvStore).Parameters.Keys | Should -Not -Contain Credential
        (Get-Command Register-KvStore).Parameters.Values.ParameterType | Should -Not -Contain ([pscredential])
        $failure = Get-ErrorOf { Register-KvStore prod 'http://root:hush-3f9a@h1:2379' }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        "$failure" | Should -Not -BeLike '*hush*'
        $Register | Should -Not -Exist
        $env:ETCDCTL_USER = 'root:hush-3f9a'
        try { Register-KvStore prod h1 } finally { Remove-Item Env:ETCDCTL_USER }
        Get-Content $Register -Raw | Should -Not -BeLike '*hush*'
        (Get-KvStore -Registered).PSObject.Properties.Name | Should -Not -Match 'password|credential|user'
    }

    It 'is readable by its owner only' {
        Register-KvStore prod h1
        Test-OwnerOnly $Register | Should -BeTrue
        Test-OwnerOnly (Split-Path $Register) | Should -BeTrue
    }

    It 'replaces what is registered only with -Force' {
        Register-KvStore prod h1
        $failure = Get-ErrorOf { Register-KvStore Prod h2 }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvStoreRegistered,*'
        $failure.CategoryInfo.Category | Should -Be ResourceExists
        (Get-KvStore prod -Registered).Endpoint | Should -Be h1
        Register-KvStore prod h2 -Force
        (Get-KvStore -Registered).Endpoint | Should -Be h2
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'a name with a port'; Arguments = @{ Name = 'h1:2379'; Endpoint = 'h1' } }
        @{ Name = 'a path as a name'; Arguments = @{ Name = 'a/b'; Endpoint = 'h1' } }
        @{ Name = 'an address as a name'; Arguments = @{ Name = 'memory:'; Endpoint = 'h1' } }
        @{ Name = 'an endpoint that is none'; Arguments = @{ Name = 'prod'; Endpoint = 'ftp://h1' } }
        @{ Name = 'an address without a server'; Arguments = @{ Name = 'prod'; Endpoint = 'memory:' } }
        @{ Name = 'a certificate that is not there'; Arguments = @{ Name = 'prod'; Endpoint = 'h1'; CaCertificate = 'missing.pem' } }
        @{ Name = 'certificates without TLS'; Arguments = @{ Name = 'prod'; Endpoint = 'http://h1'; CaCertificate = 'missing.pem' } }
        @{ Name = 'a timeout of zero'; Arguments = @{ Name = 'prod'; Endpoint = 'h1'; Timeout = 0 } }
    ) {
        (Get-ErrorOf { Register-KvStore @Arguments }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        $Register | Should -Not -Exist
    }

    It 'keeps nothing with -WhatIf' {
        Register-KvStore prod h1 -WhatIf
        Get-KvStore -Registered | Should -BeNullOrEmpty
    }

    It 'loses nothing when several processes register at once' {
        $others = 1..3 | ForEach-Object { Start-TestPowerShell "1..20 | ForEach-Object { Register-KvStore `"p$_-`$_`" h1 }" }
        foreach ($other in $others) {
            $other.WaitForExit()
            $other.ExitCode | Should -Be 0
        }

        (Get-KvStore -Registered).Count | Should -Be 60
        Get-ChildItem (Split-Path $Register) -Filter *.tmp | Should -BeNullOrEmpty
    }

    It 'says of a damaged file which it is and what to do, and leaves it as it is' {
        $null = New-Item (Split-Path $Register) -ItemType Directory -Force
        Set-Content $Register '[{"Name":'
        (Get-ErrorOf { Connect-KvStore prod }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidFile,*'
        (Get-ErrorOf { Get-KvStore -Registered }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidFile,*'
        $failure = Get-ErrorOf { Register-KvStore prod h1 }
        "$failure" | Should -BeLike '*stores.json*Fix the file*'
        Get-Content $Register | Should -Be '[{"Name":'
        (TabExpansion2 'Unregister-KvStore ' 19).CompletionMatches | Where-Object CompletionText -EQ prod | Should -BeNullOrEmpty
    }

    It 'says of a file with <Content> which store is wrong and why, in all commands, and completes nothing' -ForEach @(
        @{ Content = 'null'; Why = 'null' }
        @{ Content = '{}'; Why = 'cannot be read' }
        @{ Content = ''; Why = 'cannot be read' }
        @{ Content = '[1]'; Why = 'cannot be read' }
        @{ Content = '[null]'; Why = 'Store 1*null' }
        @{ Content = '[{ "Name": "prod", "Endpoint": ["h1"] }, null]'; Why = 'Store 2*null' }
        @{ Content = '[{ "Endpoint": ["h1"] }]'; Why = 'Name' }
        @{ Content = '[{ "Name": null, "Endpoint": ["h1"] }]'; Why = 'Name' }
        @{ Content = '[{ "Name": "pr:od", "Endpoint": ["h1"] }]'; Why = 'Name' }
        @{ Content = '[{ "Name": "prod" }]'; Why = 'neither an Endpoint nor a Path' }
        @{ Content = '[{ "Name": "prod", "Endpoint": [] }]'; Why = 'endpoint' }
        @{ Content = '[{ "Name": "prod", "Endpoint": [null] }]'; Why = 'endpoint' }
        @{ Content = '[{ "Name": "prod", "Endpoint": ["h1:x"] }]'; Why = 'endpoint*h1:x' }
        @{ Content = '[{ "Name": "prod", "Endpoint": ["http://me:secret@h1"] }]'; Why = 'password' }
        @{ Content = '[{ "Name": "prod", "Endpoint": ["h1"], "Path": "/x.db" }]'; Why = 'both' }
        @{ Content = '[{ "Name": "prod", "Path": "x.db" }]'; Why = 'Path*full' }
        @{ Content = '[{ "Name": "prod", "Endpoint": ["h1"], "ApiVersion": 7 }]'; Why = 'ApiVersion' }
        @{ Content = '[{ "Name": "prod", "Endpoint": ["h1"], "Namespace": null }]'; Why = 'Namespace' }
        @{ Content = '[{ "Name": "prod", "Endpoint": ["h1"], "Namespace": "\u0000" }]'; Why = 'namespace' }
        @{ Content = '[{ "Name": "prod", "Endpoint": ["h1"], "Timeout": "00:00:00" }]'; Why = 'timeout' }
        @{ Content = '[{ "Name": "prod", "Endpoint": ["h1"], "Timeout": "soon" }]'; Why = 'Timeout' }
        @{ Content = '[{ "Name": "prod", "Endpoint": ["\ud800"] }]'; Why = 'cannot be read' }
        @{ Content = '[{ "Name": "prod", "Endpoint": ["h1"] }, { "Name": "PROD", "Endpoint": ["h2"] }]'; Why = 'another store*PROD' }
    ) {
        $null = New-Item (Split-Path $Register) -ItemType Directory -Force
        Set-Content $Register $Content -NoNewline
        foreach ($command in { Connect-KvStore prod }, { Get-KvStore -Registered }, { Register-KvStore other h1 }, { Unregister-KvStore prod }) {
            $failure = Get-ErrorOf $command
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidFile,*'
            "$failure" | Should -BeLike "*stores.json*$Why*Fix the file*"
            "$failure" | Should -Not -BeLike '*secret*'
        }

        Get-Content $Register -Raw | Should -Be ($Content ? $Content : $null)
        (TabExpansion2 'Unregister-KvStore ' 19).CompletionMatches | Where-Object CompletionText -EQ prod | Should -BeNullOrEmpty
    }

    It 'completes names' {
        Register-KvStore prod h1
        Register-KvStore proof h2
        foreach ($line in 'Connect-KvStore pro', 'Unregister-KvStore pro', 'Get-KvStore -Registered pro') {
            (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be prod, proof
        }
    }
}

Describe 'Unregister-KvStore' {
    BeforeEach { 'one', 'two', 'three' | ForEach-Object { Register-KvStore $_ h1 -Force } }

    It 'forgets a name, in any case' {
        Unregister-KvStore ONE
        Get-KvStore -Registered | ForEach-Object Name | Should -Be three, two
    }

    It 'takes what Get-KvStore -Registered gives' {
        Get-KvStore t* -Registered | Unregister-KvStore
        (Get-KvStore -Registered).Name | Should -Be one
    }

    It 'says of an unknown name that none is registered' {
        $failure = Get-ErrorOf { Unregister-KvStore four }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvStoreNotRegistered,*'
        $failure.TargetObject | Should -Be four
        (Get-KvStore -Registered).Count | Should -Be 3
    }

    It 'forgets nothing with -WhatIf' {
        Unregister-KvStore one -WhatIf
        (Get-KvStore -Registered).Count | Should -Be 3
    }
}
