BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $HostPort = $Server -replace '^http://'

    # The parameters are bound by name, so that each test shows the one that it is about.
    function Clear-Environment {
        Remove-Item Env:ETCDCTL_*
        $env:ETCDCTL_API = '3'
    }

    function New-Credential([string] $User, [string] $Password) {
        [pscredential]::new($User, (ConvertTo-SecureString $Password -AsPlainText -Force))
    }
}

AfterAll { Stop-TestServer }

Describe 'Connect-KvStore' -Tag etcd {
    AfterEach {
        Clear-Environment
        Get-KvStore | Disconnect-KvStore
    }

    It 'takes <Form> as an endpoint' -ForEach @(
        @{ Form = 'host:port'; Prefix = '' }
        @{ Form = 'http://host:port'; Prefix = 'http://' }
        @{ Form = 'etcd://host:port'; Prefix = 'etcd://' }
        @{ Form = 'a URL in capitals'; Prefix = 'HTTP://' }
    ) {
        $store = Connect-KvStore "$Prefix$HostPort"
        $store.Address | Should -Be "etcd://$HostPort"
        $store.Endpoints | Should -Be "http://$HostPort"
        Set-KvValue connected 1
        Get-KvValue connected -ValueOnly | Should -Be 1
    }

    It 'takes several endpoints, and uses one that answers' {
        $dead = "127.0.0.1:$(Get-FreePort)"
        $store = Connect-KvStore $dead, $HostPort
        $store.Endpoints | Should -Be "http://$dead", "http://$HostPort"
        Set-KvValue several 1
        Test-KvKey several | Should -BeTrue
        (Connect-KvStore "$dead,$HostPort").Endpoints | Should -HaveCount 2
    }

    It 'takes the address of a store without a server: <Address>' -ForEach @(
        @{ Address = 'memory:'; Name = 'memory' }
        @{ Address = 'embedded:here.db'; Name = 'here' }
        @{ Address = 'embedded:here.db?history=100'; Name = 'here' }
    ) {
        Push-Location $TestFolder
        try {
            $store = Connect-KvStore $Address
            $store.Name | Should -Be $Name
            $store.ApiVersion | Should -BeNullOrEmpty
            Set-KvValue there 1
            Test-KvKey there | Should -BeTrue
            if ($Name -eq 'here') {
                $store.Address | Should -Be "embedded:$(Join-Path $TestFolder here.db)"
                Test-Path here.db | Should -BeTrue
            }
        }
        finally { Pop-Location }
    }

    It 'takes the address that it shows' {
        $null = Connect-KvStore -InMemory -Name a
        $again = Connect-KvStore (Connect-KvStore -Path (Join-Path $TestFolder again.db)).Address
        $again.Name | Should -Be 'again#2'
    }

    It 'points to -Path where a file is named' {
        foreach ($file in './mine.db', '/tmp/mine.db', 'C:\mine.db') {
            $failure = Get-ErrorOf { Connect-KvStore $file }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            "$failure" | Should -BeLike "*'$file'*-Path*"
        }
    }

    It 'emits the store, now current' {
        $first = Connect-KvStore $Server -Name first
        $first.IsCurrent | Should -BeTrue
        $second = Connect-KvStore $Server -Name second -Namespace ns/
        $second.Name, $second.ApiVersion, $second.Namespace, $second.User | Should -Be second, 3, 'ns/', $null
        $second.ServerVersion | Should -Match '^3\.'
        $first.IsCurrent, $second.IsCurrent | Should -Be $false, $true
    }

    It 'names a store after its first endpoint, and never takes the name from another' {
        $first = Connect-KvStore $Server
        $second = Connect-KvStore $Server
        $first.Name | Should -Be $HostPort
        $second.Name | Should -Be "$HostPort#2"
        Test-KvKey a -Store $first | Should -BeFalse
    }

    It 'refuses the -Name of an open store, and keeps it' {
        $old = Connect-KvStore -InMemory -Name same
        Set-KvValue kept 1
        foreach ($command in { Connect-KvStore $Server -Name SAME }, { Connect-KvStore -InMemory -Name same }, { Connect-KvStore -Path (Join-Path $TestFolder same.db) -Name same }) {
            $failure = Get-ErrorOf $command
            $failure.FullyQualifiedErrorId | Should -Be 'KvStoreOpen,Valkeyrie.PowerShell.Commands.ConnectKvStoreCommand'
            $failure.CategoryInfo.Category | Should -Be ResourceExists
            $failure.TargetObject | Should -Be same
            "$failure" | Should -BeLike "*'same'*-Force*"
        }

        @(Get-KvStore).Count | Should -Be 1
        Get-KvValue kept -Store $old -ValueOnly | Should -Be 1
    }

    It 'closes the store that had the -Name before with -Force, once the new one works' {
        $old = Connect-KvStore $Server -Name same
        Get-ErrorOf { Connect-KvStore "127.0.0.1:$(Get-FreePort)" -Name same -Timeout 5 -Force } | Should -Not -BeNullOrEmpty
        Test-KvKey a -Store same | Should -BeFalse
        $new = Connect-KvStore $Server -Name SAME -Force
        @(Get-KvStore).Count | Should -Be 1
        (Get-ErrorOf { Test-KvKey a -Store $old }).FullyQualifiedErrorId | Should -BeLike 'KvStoreClosed,*'
        Test-KvKey a -Store $new | Should -BeFalse
        (Connect-KvStore -InMemory -Name unused -Force).Name | Should -Be unused
    }

    It 'puts the -Namespace before every key and takes it off again' {
        $null = Connect-KvStore $Server -Name bare
        $null = Connect-KvStore $Server -Name tenant -Namespace tenants/a/
        Set-KvValue key 1
        Get-KvTree -KeysOnly | ForEach-Object Key | Should -Be key
        Get-KvValue tenants/a/key -Store bare -ValueOnly | Should -Be 1
        Remove-KvTree -All -Confirm:$false
        Set-KvValue outside 1 -Store bare
        Get-KvTree | Should -BeNullOrEmpty
        Test-KvKey outside -Store bare | Should -BeTrue
    }

    Context 'with etcd''s own variables' {
        It 'uses ETCDCTL_ENDPOINTS where no endpoint is given' {
            $env:ETCDCTL_ENDPOINTS = "127.0.0.1:$(Get-FreePort),$HostPort"
            (Connect-KvStore).Endpoints | Should -HaveCount 2
            Set-KvValue environment 1
        }

        It 'leaves them alone where an endpoint is given, so that no password goes to another server' {
            $env:ETCDCTL_USER = 'somebody:secret'
            $env:ETCDCTL_CACERT = 'missing.pem'
            (Connect-KvStore $Server).User | Should -BeNullOrEmpty
        }

        It 'takes ETCDCTL_COMMAND_TIMEOUT: <_>' -ForEach '5s', '1m30s', '500ms', '1.5h' {
            $env:ETCDCTL_ENDPOINTS = $HostPort
            $env:ETCDCTL_COMMAND_TIMEOUT = $_
            Connect-KvStore | Should -Not -BeNullOrEmpty
        }

        It 'waits no longer than ETCDCTL_COMMAND_TIMEOUT says, and -Timeout goes before it' {
            # Takes connections and says nothing.
            $silent = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
            $silent.Start()
            try {
                $env:ETCDCTL_ENDPOINTS = "127.0.0.1:$($silent.LocalEndpoint.Port)"
                $env:ETCDCTL_COMMAND_TIMEOUT = '300ms'
                "$(Get-ErrorOf { Connect-KvStore })" | Should -BeLike '*0.3 s*'
                "$(Get-ErrorOf { Connect-KvStore -Timeout 0.4 })" | Should -BeLike '*0.4 s*'
            } finally {
                $silent.Stop()
            }
        }

        It 'says which variable cannot be read: <Name>' -ForEach @(
            @{ Name = 'ETCDCTL_COMMAND_TIMEOUT'; Value = 'soon' }
            @{ Name = 'ETCDCTL_COMMAND_TIMEOUT'; Value = '5' }
            @{ Name = 'ETCDCTL_INSECURE_SKIP_TLS_VERIFY'; Value = 'perhaps' }
        ) {
            Set-Item "Env:$Name" $Value
            "$(Get-ErrorOf { Connect-KvStore })" | Should -BeLike "*$Name*$Value*"
        }

        It 'refuses what would lead elsewhere for etcdctl, or make it another user: <Name>' -ForEach @(
            @{ Name = 'DISCOVERY_SRV'; Version = 3; Instead = 'ETCDCTL_ENDPOINTS*-Endpoint' }
            @{ Name = 'AUTH_JWT_TOKEN'; Version = 3; Instead = 'ETCDCTL_USER' }
            @{ Name = 'ENDPOINT'; Version = 2; Instead = 'ETCDCTL_ENDPOINTS' }
            @{ Name = 'PEERS'; Version = 2; Instead = 'ETCDCTL_ENDPOINTS' }
            @{ Name = 'USERNAME'; Version = 2; Instead = 'ETCDCTL_USER' }
            @{ Name = 'CA_FILE'; Version = 2; Instead = 'ETCDCTL_CACERT' }
            @{ Name = 'CERT_FILE'; Version = 2; Instead = 'ETCDCTL_CERT' }
            @{ Name = 'KEY_FILE'; Version = 2; Instead = 'ETCDCTL_KEY' }
        ) {
            $env:ETCDCTL_ENDPOINTS = $HostPort
            $env:ETCDCTL_API = $Version
            Set-Item "Env:ETCDCTL_$Name" 'example.org'
            $failure = Get-ErrorOf { Connect-KvStore }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            "$failure" | Should -BeLike "*ETCDCTL_$Name*$Instead*"
            Connect-KvStore $Server | Should -Not -BeNullOrEmpty
        }

        It 'tells in one warning of those without effect, and not of those about output' {
            $env:ETCDCTL_ENDPOINTS = $HostPort
            $env:ETCDCTL_DIAL_TIMEOUT = $env:ETCDCTL_KEEPALIVE_TIME = '3s'
            $env:ETCDCTL_PEERS = 'h1'
            $env:ETCDCTL_WRITE_OUT = 'json'
            $null = Connect-KvStore -WarningVariable warnings -WarningAction SilentlyContinue
            "$warnings" | Should -BeLike 'These environment variables are set, but not used: ETCDCTL_DIAL_TIMEOUT, ETCDCTL_KEEPALIVE_TIME, ETCDCTL_PEERS.'
            $null = Connect-KvStore $Server -Name other -WarningVariable warnings -WarningAction SilentlyContinue
            $warnings | Should -BeNullOrEmpty
        }

        It 'speaks the API that ETCDCTL_API names, and -ApiVersion goes before it' {
            $env:ETCDCTL_ENDPOINTS = $HostPort
            $env:ETCDCTL_API = '2'
            (Connect-KvStore -ApiVersion 3).ApiVersion | Should -Be 3
            "$(Get-ErrorOf { Connect-KvStore })" | Should -BeLike '*etcdv2:*'
            $env:ETCDCTL_API = '4'
            "$(Get-ErrorOf { Connect-KvStore })" | Should -BeLike '*ETCDCTL_API*2 or 3*'
        }

        It 'uses TLS where ETCDCTL_INSECURE_TRANSPORT is false and no scheme says otherwise' {
            $env:ETCDCTL_INSECURE_TRANSPORT = 'false'
            $env:ETCDCTL_ENDPOINTS = $Server
            (Connect-KvStore).Address | Should -BeLike 'etcd://*'
            $env:ETCDCTL_ENDPOINTS = $HostPort
            "$(Get-ErrorOf { Connect-KvStore -Timeout 10 })" | Should -BeLike '*https:*'
        }

        It 'takes all of ETCDCTL_USER for the name beside ETCDCTL_PASSWORD' {
            $env:ETCDCTL_ENDPOINTS = $HostPort
            $env:ETCDCTL_USER = 'some:body'
            $env:ETCDCTL_PASSWORD = 'x'
            "$(Connect-KvStore -Verbose 4>&1)" | Should -BeLike '*as some:body.*'
        }

        It 'says so when ETCDCTL_USER names no password' {
            $env:ETCDCTL_ENDPOINTS = $HostPort
            $env:ETCDCTL_USER = 'somebody'
            $failure = Get-ErrorOf { Connect-KvStore }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            "$failure" | Should -BeLike '*ETCDCTL_USER*'
        }
    }

    It 'connects to the usual port of this machine where nothing is said' {
        # Whether or not something listens there: what is tried is named.
        $address = try { (Connect-KvStore -Timeout 5).Address } catch { "$_ $($_.Exception.Endpoint)" }
        $address | Should -BeLike '*127.0.0.1:2379*'
    }

    It 'takes -Timeout as seconds or as a TimeSpan: <_>' -ForEach 5, 5.5, '00:00:05' {
        Connect-KvStore $Server -Timeout $_ | Should -Not -BeNullOrEmpty
    }

    Context 'bad arguments' {
        It 'refuses <Name>' -ForEach @(
            @{ Name = 'an empty endpoint'; Arguments = @{ Endpoint = '' } }
            @{ Name = 'a scheme that no store serves'; Arguments = @{ Endpoint = 'ftp://localhost:21' } }
            @{ Name = 'a port that is none'; Arguments = @{ Endpoint = 'localhost:99999' } }
            @{ Name = 'a port of 0'; Arguments = @{ Endpoint = 'localhost:0' } }
            @{ Name = 'a path'; Arguments = @{ Endpoint = 'http://localhost:2379/v3' } }
            @{ Name = 'TLS for some endpoints alone'; Arguments = @{ Endpoint = 'http://localhost:1', 'https://localhost:2' } }
            @{ Name = 'an unset variable as the endpoint'; Arguments = @{ Endpoint = $null } }
            @{ Name = 'certificates for http://'; Arguments = @{ Endpoint = 'http://localhost:1'; CaCertificate = 'ca.pem' } }
            @{ Name = 'a key without its certificate'; Arguments = @{ Endpoint = 'localhost:1'; ClientKey = 'key.pem' } }
            @{ Name = 'a missing certificate file'; Arguments = @{ Endpoint = 'localhost:1'; CaCertificate = 'missing.pem' } }
            @{ Name = 'a timeout of zero'; Arguments = @{ Endpoint = 'localhost:1'; Timeout = 0 } }
            @{ Name = 'a NUL in the namespace'; Arguments = @{ Endpoint = 'localhost:1'; Namespace = "a`0" } }
        ) {
            $failure = Get-ErrorOf { Connect-KvStore @Arguments }
            $failure.FullyQualifiedErrorId | Should -Be 'KvInvalidArgument,Valkeyrie.PowerShell.Commands.ConnectKvStoreCommand'
            Get-KvStore | Should -BeNullOrEmpty
        }

        It 'refuses a password in an endpoint without repeating it' {
            $failure = Get-ErrorOf { Connect-KvStore 'http://me:hush@localhost:2379' }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            $failure | Format-List * -Force | Out-String | Should -Not -BeLike '*hush@*is not valid*'
            "$failure" | Should -Not -BeLike '*hush*'
        }

        It 'says of a server without APIv2 what to do' {
            $failure = Get-ErrorOf { Connect-KvStore $Server -ApiVersion 2 }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvNotSupported,*'
            "$failure" | Should -BeLike '*-ApiVersion 3*'
        }

        It 'refuses an -ApiVersion that there is not' {
            (Get-ErrorOf { Connect-KvStore $Server -ApiVersion 4 }).FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentValidationError,*'
        }
    }

    It 'ends at once with Ctrl+C' {
        # A server that takes the connection and says nothing.
        $silent = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $silent.Start()
        try {
            Stop-AtWork "Connect-KvStore 127.0.0.1:$($silent.LocalEndpoint.Port) -Timeout 600" { $silent.Pending() } | Should -Be Stopped
        } finally {
            $silent.Stop()
        }
    }
}

Describe 'Connect-KvStore -ApiVersion 2' -Tag etcd {
    BeforeAll {
        $both = Start-TestServer '--enable-v2=true'
        $third = Start-TestServer '--enable-v2=false'
    }

    AfterEach { Get-KvStore | Disconnect-KvStore }

    It 'opens the store of APIv2' {
        $store = Connect-KvStore $both -ApiVersion 2
        $store.ApiVersion | Should -Be 2
        $store.Address | Should -BeLike 'etcdv2://*'
        Set-KvValue v2/a 1
        Get-KvTree v2 | ForEach-Object Value | Should -Be 1
        $null = Connect-KvStore $both -ApiVersion 3
        Test-KvKey v2/a | Should -BeFalse
    }

    It 'says so when the server does not serve it' {
        (Get-ErrorOf { Connect-KvStore $third -ApiVersion 2 }).FullyQualifiedErrorId | Should -BeLike 'KvNotSupported,*'
    }
}

Describe 'Connect-KvStore with TLS' -Tag etcd {
    BeforeAll {
        $authority = New-TestAuthority authority
        $stranger = New-TestAuthority stranger
        $own = New-TestCertificate $authority server 127.0.0.1, localhost
        $elsewhere = New-TestCertificate $authority elsewhere other.example
        $client = New-TestCertificate $authority client me
        $Server = Start-TestServer @('--cert-file', $own.Path, '--key-file', $own.KeyPath) -Scheme https
        $Strict = Start-TestServer -Scheme https @(
            '--cert-file', $own.Path, '--key-file', $own.KeyPath, '--client-cert-auth', '--trusted-ca-file', $authority.Path)
        $Misnamed = Start-TestServer @('--cert-file', $elsewhere.Path, '--key-file', $elsewhere.KeyPath) -Scheme https
        $Plain = Start-TestServer
    }

    AfterEach {
        Clear-Environment
        Get-KvStore | Disconnect-KvStore
    }

    It 'trusts the authority that it is given, as <Form>' -ForEach @(
        @{ Form = 'a file'; Given = { $authority.Path } }
        @{ Form = 'a relative path of PowerShell'; Given = { 'certs:/authority.pem' } }
        @{ Form = 'a file object'; Given = { Get-Item $authority.Path } }
        @{ Form = 'a certificate'; Given = { $authority.Certificate } }
    ) {
        $null = New-PSDrive certs -PSProvider FileSystem -Root $TestFolder
        $store = Connect-KvStore $Server -CaCertificate (& $Given)
        $store.Address | Should -BeLike 'etcds://*'
        Set-KvValue tls 1
        Get-KvValue tls -ValueOnly | Should -Be 1
    }

    It 'takes certificates to mean TLS where the scheme is left out' {
        (Connect-KvStore ($Server -replace '^https://') -CaCertificate $authority.Path).Endpoints | Should -BeLike 'https://*'
    }

    It 'shows a client certificate' {
        $null = Connect-KvStore $Strict -CaCertificate $authority.Path -ClientCertificate $client.Path -ClientKey $client.KeyPath
        Set-KvValue mutual 1
        Test-KvKey mutual | Should -BeTrue
    }

    It 'says of a key with a password that it cannot be used, and what to do: <_>' -ForEach 'PKCS #8', 'of OpenSSL, in the file of the certificate' {
        $certificate = $client.Path
        $key = Join-Path $TestFolder encrypted.key
        if ($_ -eq 'PKCS #8') {
            $pair = [Security.Cryptography.ECDsa]::Create()
            $pair.ImportFromPem((Get-Content $client.KeyPath -Raw))
            $ciphers = [Security.Cryptography.PbeParameters]::new('Aes256Cbc', 'SHA256', 1000)
            Set-Content $key $pair.ExportEncryptedPkcs8PrivateKeyPem('secret', $ciphers)
            $failure = Get-ErrorOf { Connect-KvStore $Strict -CaCertificate $authority.Path -ClientCertificate $certificate -ClientKey $key }
        } else {
            $header = "-----BEGIN EC PRIVATE KEY-----`nProc-Type: 4,ENCRYPTED`nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF`n`nAAAA`n-----END EC PRIVATE KEY-----"
            Set-Content $key (@(Get-Content $certificate -Raw) + $header)
            $failure = Get-ErrorOf { Connect-KvStore $Strict -CaCertificate $authority.Path -ClientCertificate $key }
        }

        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        "$failure" | Should -BeLike "*encrypted.key*password*openssl pkey*"
    }

    It 'reads the files that etcd''s own variables name' {
        $env:ETCDCTL_ENDPOINTS = $Strict
        $env:ETCDCTL_CACERT = $authority.Path
        $env:ETCDCTL_CERT = $client.Path
        $env:ETCDCTL_KEY = $client.KeyPath
        (Connect-KvStore).Address | Should -BeLike 'etcds://*'
    }

    It 'is refused without a client certificate where one is wanted' {
        $failure = Get-ErrorOf { Connect-KvStore $Strict -CaCertificate $authority.Path -Timeout 10 }
        $failure.FullyQualifiedErrorId | Should -BeIn 'KvUnreachable,Valkeyrie.PowerShell.Commands.ConnectKvStoreCommand',
            'KvAuthenticationFailed,Valkeyrie.PowerShell.Commands.ConnectKvStoreCommand'
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'a server of an unknown authority'; Connect = { Connect-KvStore $Server -Timeout 10 } }
        @{ Name = 'a server of another authority than the given one'; Connect = { Connect-KvStore $Server -CaCertificate $stranger.Path -Timeout 10 } }
        @{ Name = 'a certificate for another host name'; Connect = { Connect-KvStore $Misnamed -CaCertificate $authority.Path -Timeout 10 } }
        @{ Name = 'TLS to a plain port'; Connect = { Connect-KvStore ($Plain -replace 'http:', 'https:') -Timeout 10 } }
        @{ Name = 'no TLS to a TLS port'; Connect = { Connect-KvStore ($Server -replace 'https:', 'http:') -Timeout 10 } }
    ) {
        $failure = Get-ErrorOf $Connect
        $failure.FullyQualifiedErrorId | Should -Be 'KvUnreachable,Valkeyrie.PowerShell.Commands.ConnectKvStoreCommand'
        $failure.CategoryInfo.Category | Should -Be ConnectionError
        "$failure" | Should -BeLike '*127.0.0.1*'
        Get-KvStore | Should -BeNullOrEmpty
    }

    It 'skips the check only when told to, with a warning' {
        $store = Connect-KvStore $Misnamed -SkipCertificateCheck -WarningVariable warnings -WarningAction SilentlyContinue
        $store | Should -Not -BeNullOrEmpty
        $warnings | Should -HaveCount 1
        "$warnings" | Should -BeLike '*not checked*'
    }

    It 'skips the check where ETCDCTL_INSECURE_SKIP_TLS_VERIFY says so, with a warning; a server without TLS is none of its business' {
        $env:ETCDCTL_INSECURE_SKIP_TLS_VERIFY = 'true'
        $env:ETCDCTL_ENDPOINTS = $Misnamed
        Connect-KvStore -WarningVariable warnings -WarningAction SilentlyContinue | Should -Not -BeNullOrEmpty
        "$warnings" | Should -BeLike '*not checked*'
        $env:ETCDCTL_ENDPOINTS = $Plain
        (Connect-KvStore -WarningVariable none).Address | Should -BeLike 'etcd://*'
        $none | Should -BeNullOrEmpty
    }
}

Describe 'Connect-KvStore with a user' -Tag etcd {
    BeforeAll {
        $Server = Start-TestServer
        'root', 'reader' | ForEach-Object { $null = Invoke-Etcdctl user add "${_}:pass-of-$_" }
        $null = Invoke-Etcdctl role add readers
        $null = Invoke-Etcdctl role grant-permission readers --prefix=true read open/
        $null = Invoke-Etcdctl user grant-role root root
        $null = Invoke-Etcdctl user grant-role reader readers
        $null = Invoke-Etcdctl auth enable
        $null = Connect-KvStore $Server -Credential (New-Credential root pass-of-root) -Name root
        Set-KvValue open/a 1
        Set-KvValue closed/a 1
        Get-KvStore | Disconnect-KvStore
    }

    AfterEach {
        Clear-Environment
        Get-KvStore | Disconnect-KvStore
    }

    It 'signs in, and shows the user' {
        $store = Connect-KvStore $Server -Credential (New-Credential reader pass-of-reader)
        $store.User | Should -Be reader
        Get-KvValue open/a -ValueOnly | Should -Be 1
    }

    It 'signs in with ETCDCTL_USER' {
        $env:ETCDCTL_ENDPOINTS = $Server
        $env:ETCDCTL_USER = 'reader:pass-of-reader'
        (Connect-KvStore).User | Should -Be reader
    }

    It 'takes -Credential over ETCDCTL_USER' {
        $env:ETCDCTL_ENDPOINTS = $Server
        $env:ETCDCTL_USER = 'reader:wrong'
        (Connect-KvStore -Credential (New-Credential root pass-of-root)).User | Should -Be root
    }

    It 'fails right here without a user' {
        $failure = Get-ErrorOf { Connect-KvStore $Server }
        $failure.FullyQualifiedErrorId | Should -Be 'KvAuthenticationFailed,Valkeyrie.PowerShell.Commands.ConnectKvStoreCommand'
        "$failure" | Should -BeLike '*authentication enabled*credential*'
        Get-KvStore | Should -BeNullOrEmpty
    }

    It 'fails right here without a user where the store is registered' {
        Register-KvStore guarded $Server
        (Get-ErrorOf { Connect-KvStore guarded }).FullyQualifiedErrorId | Should -BeLike 'KvAuthenticationFailed,*'
        Unregister-KvStore guarded
    }

    It 'takes a user without any permission' {
        $null = Invoke-Etcdctl --user root:pass-of-root user add none:pass-of-none
        (Connect-KvStore $Server -Credential (New-Credential none pass-of-none)).User | Should -Be none
        (Get-ErrorOf { Get-KvValue a }).FullyQualifiedErrorId | Should -BeLike 'KvPermissionDenied,*'
        (Get-KvStore).State | Should -Be Available
    }

    It 'fails right here with <Name>' -ForEach @(
        @{ Name = 'a wrong password'; User = 'reader'; Password = 'wrong' }
        @{ Name = 'an unknown user'; User = 'nobody'; Password = 'pass-of-reader' }
    ) {
        $failure = Get-ErrorOf { Connect-KvStore $Server -Credential (New-Credential $User $Password) }
        $failure.FullyQualifiedErrorId | Should -Be 'KvAuthenticationFailed,Valkeyrie.PowerShell.Commands.ConnectKvStoreCommand'
        $failure.CategoryInfo.Category | Should -Be AuthenticationError
        "$failure" | Should -Not -BeLike "*$Password*"
    }

    It 'says of each key that the user may not touch it' {
        $null = Connect-KvStore $Server -Credential (New-Credential reader pass-of-reader)
        $failure = Get-ErrorOf { Get-KvValue closed/a }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvPermissionDenied,*'
        $failure.CategoryInfo.Category | Should -Be PermissionDenied
        $failure.TargetObject | Should -Be closed/a
        (Get-ErrorOf { Set-KvValue open/a 2 }).FullyQualifiedErrorId | Should -BeLike 'KvPermissionDenied,*'
        (Get-ErrorOf { Remove-KvTree closed -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'KvPermissionDenied,*'
        (Get-ErrorOf { Watch-KvTree closed -Timeout 30 }).FullyQualifiedErrorId | Should -BeLike 'KvPermissionDenied,*'
        (Get-ErrorOf { Lock-KvKey closed/a -Timeout 30 }).FullyQualifiedErrorId | Should -BeLike 'KvPermissionDenied,*'
    }

    Context 'the password' {
        BeforeAll {
            $secret = 'hush-3f9a'
            $null = Connect-KvStore $Server -Credential (New-Credential root pass-of-root) -Name root
            Disconnect-KvStore root
            $null = Invoke-Etcdctl --user root:pass-of-root user add "keeper:$secret"
            $null = Invoke-Etcdctl --user root:pass-of-root user grant-role keeper readers
            $keeper = New-Credential keeper $secret
        }

        It 'is not in verbose or debug output, nor in the store that is emitted' {
            $all = Connect-KvStore $Server -Credential $keeper -Verbose -Debug *>&1
            $all.Count | Should -BeGreaterThan 2 -Because 'verbose output was asked for'
            $all | Out-String | Should -Not -BeLike "*$secret*"
            $all | Format-List * -Force | Out-String | Should -Not -BeLike "*$secret*"
        }

        It 'is not in any view of the store' {
            $store = Connect-KvStore $Server -Credential $keeper
            $store.User | Should -Be keeper
            @(
                $store | Out-String
                $store | Format-List * -Force | Out-String
                $store | Format-Table * -Force | Out-String
                $store.Store | Format-List * -Force | Out-String
                $store.Store.Info | Format-List * -Force | Out-String
                $store | ConvertTo-Json -Depth 10 -WarningAction SilentlyContinue
                $store | ConvertTo-Csv
                [Management.Automation.PSSerializer]::Serialize($store, 10)
                "$store"
                Get-Variable store | Format-List * -Force | Out-String
            ) | Should -Not -BeLike "*$secret*"
        }

        It 'is not in errors' {
            $global:Error.Clear()
            $failures = @(
                Get-ErrorOf { Connect-KvStore $Server -Credential (New-Credential root $secret) }
                Get-ErrorOf { Connect-KvStore "127.0.0.1:$(Get-FreePort)" -Credential $keeper -Timeout 5 }
                Get-ErrorOf { Connect-KvStore "127.0.0.1:99999" -Credential $keeper }
                $null = Connect-KvStore $Server -Credential $keeper
                Get-ErrorOf { Get-KvValue closed/a }
            )
            $failures | Should -HaveCount 4
            $failures | ForEach-Object { $_ | Format-List * -Force | Out-String; $_.Exception | Format-List * -Force | Out-String; "$($_.Exception)" } |
                Should -Not -BeLike "*$secret*"
        }
    }
}
