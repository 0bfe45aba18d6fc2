# Values that are sealed for a certificate, in the form of PowerShell's own commands.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Connect-KvStore -InMemory -Name main

    # A certificate for documents, in a file without its private key and with it in the user's own store; and one for nothing.
    function New-DocumentCertificate([string] $Name, [switch] $ForNothing) {
        $key = [Security.Cryptography.RSA]::Create(2048)
        $request = [Security.Cryptography.X509Certificates.CertificateRequest]::new("CN=$Name", $key, 'SHA256', [Security.Cryptography.RSASignaturePadding]::Pkcs1)
        if (-not $ForNothing) {
            $request.CertificateExtensions.Add([Security.Cryptography.X509Certificates.X509KeyUsageExtension]::new('KeyEncipherment, DataEncipherment', $true))
            $usages = [Security.Cryptography.OidCollection]::new()
            $null = $usages.Add([Security.Cryptography.Oid]::new('1.3.6.1.4.1.311.80.1'))
            $request.CertificateExtensions.Add([Security.Cryptography.X509Certificates.X509EnhancedKeyUsageExtension]::new($usages, $false))
        }

        $made = $request.CreateSelfSigned([DateTimeOffset]::UtcNow.AddDays(-1), [DateTimeOffset]::UtcNow.AddDays(1))
        $bytes = $made.Export('Pfx', 'x')
        [Security.Cryptography.X509Certificates.X509Certificate2]::new($bytes, 'x', 'PersistKeySet, Exportable')
    }

    $own = New-DocumentCertificate "valkeyrie-$([guid]::NewGuid())"
    $stranger = New-DocumentCertificate valkeyrie-stranger
    $unfit = New-DocumentCertificate valkeyrie-unfit -ForNothing
    $File, $StrangerFile, $UnfitFile = foreach ($one in @{ n = 'own'; c = $own }, @{ n = 'stranger'; c = $stranger }, @{ n = 'unfit'; c = $unfit }) {
        $path = Join-Path $TestFolder "$($one.n).cer"
        [IO.File]::WriteAllBytes($path, $one.c.Export('Cert'))
        $path
    }

    $UserStore = [Security.Cryptography.X509Certificates.X509Store]::new('My', 'CurrentUser')
    $UserStore.Open('ReadWrite')
    $UserStore.Add($own)
}

AfterAll {
    $UserStore.Remove($own)
    $UserStore.Dispose()
    Stop-TestServer
}

Describe 'A sealed value' {
    It 'is a message that Unprotect-CmsMessage opens, and so does -Unprotect' {
        Set-KvValue sealed/a "grüße`n hush" -Recipient $File
        Get-KvValue sealed/a -ValueOnly | Should -BeLike '-----BEGIN CMS-----*'
        Get-KvValue sealed/a -ValueOnly | Should -Not -BeLike '*hush*'
        Unprotect-CmsMessage -Content (Get-KvValue sealed/a -ValueOnly) | Should -BeExactly "grüße`n hush"
        Get-KvValue sealed/a -Unprotect | Should -BeExactly "grüße`n hush"
        $secure = Get-KvValue sealed/a -AsSecureString
        $secure | Should -BeOfType ([securestring])
        [Net.NetworkCredential]::new('', $secure).Password | Should -BeExactly "grüße`n hush"
    }

    It 'may be one of Protect-CmsMessage' {
        Set-KvValue sealed/b (Protect-CmsMessage -To $File -Content theirs)
        Get-KvValue sealed/b -Unprotect | Should -BeExactly theirs
    }

    It 'can be for several, one of them known by its thumbprint' {
        Set-KvValue sealed/c both -Recipient $own.Thumbprint, $StrangerFile
        Get-KvValue sealed/c -Unprotect | Should -Be both
    }

    It 'is carried as it is by an export and a copy' {
        Set-KvValue carried/a hush -Recipient $File
        Export-KvTree carried "$TestFolder/carried.json"
        Get-Content "$TestFolder/carried.json" -Raw | Should -Not -BeLike '*hush*'
        Import-KvTree "$TestFolder/carried.json" back
        Copy-KvTree back copied
        Get-KvValue copied/a -Unprotect | Should -Be hush
        Compare-KvTree carried copied | Should -BeNullOrEmpty
    }

    It 'is refused with one error, and nothing written, for <Name>' -ForEach @(
        @{ Name = 'a certificate that is not there'; Run = { Set-KvValue refused/a hush -Recipient CN=valkeyrie-nobody } }
        @{ Name = 'one that is not for documents'; Run = { Set-KvValue refused/a hush -Recipient $UnfitFile } }
        @{ Name = 'a value that is not text'; Run = { Set-KvValue refused/a ([byte[]] (255, 0)) -Recipient $File } }
    ) {
        $failure = Get-ErrorOf $Run
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        $failure.TargetObject | Should -Be refused/a
        "$failure" | Should -Not -BeLike '*hush*'
        Test-KvKey refused/a | Should -BeFalse
    }

    It 'is an error where it cannot be opened: <Name>' -ForEach @(
        @{ Name = 'for somebody else'; Make = { Set-KvValue closed/a hush -Recipient $StrangerFile } }
        @{ Name = 'not sealed'; Make = { Set-KvValue closed/a hush } }
    ) {
        . $Make
        $failure = Get-ErrorOf { Get-KvValue closed/a -Unprotect }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvNotOpened,*'
        $failure.CategoryInfo.Category | Should -Be SecurityError
        "$failure" | Should -Not -BeLike '*hush*'
        (Get-ErrorOf { Get-KvValue closed/a -AsSecureString }).FullyQualifiedErrorId | Should -BeLike 'KvNotOpened,*'
    }
}
