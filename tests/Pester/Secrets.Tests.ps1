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

    # The same in the forms in which people have them on Linux.
    $Rsa = [Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPrivateKey($stranger)
    $Password = ConvertTo-SecureString 'open sesame' -AsPlainText -Force
    $pem = $stranger.ExportCertificatePem()
    $encrypted = $Rsa.ExportEncryptedPkcs8PrivateKeyPem('open sesame', [Security.Cryptography.PbeParameters]::new('Aes256Cbc', 'SHA256', 1000))
    foreach ($one in @{
            'stranger.crt' = $pem; 'stranger.key' = $Rsa.ExportPkcs8PrivateKeyPem(); 'both.pem' = "$($Rsa.ExportRSAPrivateKeyPem())`n$pem"
            'encrypted.key' = $encrypted; 'both-encrypted.pem' = "$pem`n$encrypted"
        }.GetEnumerator()) {
        Set-Content (Join-Path $TestFolder $one.Key) $one.Value
    }

    [IO.File]::WriteAllBytes((Join-Path $TestFolder stranger.pfx), $stranger.Export('Pfx', 'open sesame'))
    [IO.File]::WriteAllBytes((Join-Path $TestFolder open.pfx), $stranger.Export('Pfx'))

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

    It 'is opened for keys and pairs from the pipeline, too' {
        Set-KvValue opened/a hush -Recipient $File
        'opened/a' | Get-KvValue -Unprotect | Should -BeExactly hush
        'opened/a' | Get-KvValue -Unprotect -Certificate $own | Should -BeExactly hush
        Get-KvTree opened | Get-KvValue -Unprotect | Should -BeExactly hush
        (Get-ErrorOf { Get-KvValue opened/a -Unprotect -IncludeTtl }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
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
        @{ Name = 'one of them, and many keys'; Run = { 'refused/a', 'refused/b' | Set-KvValue -Value hush -Recipient $File, $unfit } }
        @{ Name = 'a secret without -Recipient'; Run = { Set-KvValue refused/a (ConvertTo-SecureString hush -AsPlainText -Force) } }
        @{ Name = 'a credential'; Run = { Set-KvValue refused/a ([pscredential]::new('hush', (ConvertTo-SecureString hush -AsPlainText -Force))) -Recipient $File } }
    ) {
        $failure = Get-ErrorOf $Run
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
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

    It 'is for a certificate as people have it: <Name>' -ForEach @(
        @{ Name = 'an object'; Of = { $stranger } }
        @{ Name = 'objects'; Of = { $own, $stranger } }
        @{ Name = 'a collection'; Of = { [Security.Cryptography.X509Certificates.X509Certificate2Collection]::new(@($own, $stranger)) } }
        @{ Name = 'a file of Get-Item'; Of = { Get-Item $StrangerFile } }
        @{ Name = 'a PEM file'; Of = { Join-Path $TestFolder stranger.crt } }
        @{ Name = 'a PEM file with the key in it'; Of = { Join-Path $TestFolder both.pem } }
        @{ Name = 'a PEM text'; Of = { $pem } }
    ) {
        Set-KvValue sealed/d hush -Recipient (& $Of)
        Get-KvValue sealed/d -ValueOnly | Should -BeLike '-----BEGIN CMS-----*'
        Get-KvValue sealed/d -Unprotect -Certificate $stranger | Should -BeExactly hush
        Unprotect-CmsMessage -To $stranger -Content (Get-KvValue sealed/d -ValueOnly) | Should -BeExactly hush
    }

    It 'is opened by a key in files: <Name>' -ForEach @(
        @{ Name = 'PFX'; Of = @{ Certificate = 'open.pfx' } }
        @{ Name = 'PFX with a password'; Of = @{ Certificate = 'stranger.pfx' }; Locked = $true }
        @{ Name = 'PEM'; Of = @{ Certificate = 'both.pem' } }
        @{ Name = 'a PEM pair'; Of = @{ Certificate = 'stranger.crt'; PrivateKey = 'stranger.key' } }
        @{ Name = 'a PEM pair with a password'; Of = @{ Certificate = 'stranger.crt'; PrivateKey = 'encrypted.key' }; Locked = $true }
        @{ Name = 'PEM with a password'; Of = @{ Certificate = 'both-encrypted.pem' }; Locked = $true }
    ) {
        Set-KvValue sealed/e 'grüße' -Recipient $StrangerFile
        Push-Location $TestFolder
        try {
            if ($Locked) {
                $failure = Get-ErrorOf { Get-KvValue sealed/e -Unprotect @Of }
                $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
                "$failure" | Should -BeLike '*-Password*'
                (Get-ErrorOf { Get-KvValue sealed/e -Unprotect @Of -Password (ConvertTo-SecureString wrong -AsPlainText -Force) }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
                $Of.Password = $Password
            }

            Get-KvValue sealed/e -Unprotect @Of | Should -BeExactly 'grüße'
            Get-KvValue sealed/e -AsSecureString @Of | ConvertFrom-SecureString -AsPlainText | Should -BeExactly 'grüße'
        } finally {
            Pop-Location
        }
    }

    It 'refuses a certificate to open with: <Name>' -ForEach @(
        @{ Name = 'without its key'; Of = { @{ Certificate = $StrangerFile } }; Says = '*no private key*' }
        @{ Name = 'that is not there'; Of = { @{ Certificate = './none.pfx' } }; Says = '*none.pfx*neither a file nor*' }
        @{ Name = 'whose key is not there'; Of = { @{ Certificate = (Join-Path $TestFolder stranger.crt); PrivateKey = './none.key' } }; Says = '*none.key*' }
        @{ Name = 'that is a number'; Of = { @{ Certificate = 3 } }; Says = '*Int32*' }
        @{ Name = 'that is missing'; Of = { @{ PrivateKey = './none.key' } }; Says = '*require -Certificate*' }
    ) {
        $of = & $Of
        $failure = Get-ErrorOf { Get-KvValue sealed/e -Unprotect @of }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        "$failure" | Should -BeLike $Says
        (Get-ErrorOf { Get-KvValue sealed/e -Certificate $stranger }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        (Get-ErrorOf { Get-KvValue sealed/e -Unprotect -Certificate $own }).FullyQualifiedErrorId | Should -BeLike 'KvNotOpened,*'
    }

    It 'can be a secret that was never text: as an argument, piped, of a row, and of a block' {
        $secret = ConvertTo-SecureString 'grüße 😀' -AsPlainText -Force
        Set-KvValue secret/a $secret -Recipient $File
        $secret | Set-KvValue secret/b -Recipient $File
        [pscustomobject]@{ Key = 'secret/c'; Value = $secret } | Set-KvValue -Recipient $File
        [pscustomobject]@{ Name = 'secret/d'; Login = [pscredential]::new('x', $secret) } | Set-KvValue -Key { $_.Name } -Value { $_.Login.Password } -Recipient $File
        Set-KvValue secret/e ([securestring]::new()) -Recipient $File
        Get-KvValue secret/a, secret/b, secret/c, secret/d, secret/e -Unprotect | Should -BeExactly 'grüße 😀', 'grüße 😀', 'grüße 😀', 'grüße 😀', ''
    }

    It 'is not sealed once more: the error says how to seal it for others' {
        Set-KvValue twice/a hush -Recipient $File
        $failure = Get-ErrorOf { Get-KvTree twice | Set-KvValue -Recipient $StrangerFile }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        "$failure" | Should -BeLike '*already sealed*'
        $command = [regex]::Match("$failure", 'Update-KvValue .*CERTIFICATE').Value.Replace('CERTIFICATE', '$StrangerFile')
        . ([scriptblock]::Create($command))
        Get-KvValue twice/a -Unprotect -Certificate $stranger | Should -Be hush
    }

    It 'can be bytes, which come back as they were, whatever they are' {
        $random = [random]::new(5)
        foreach ($length in 0, 1, 2, 100, 65536) {
            $bytes = [byte[]]::new($length)
            $random.NextBytes($bytes)
            $path = Join-Path $TestFolder content.bin
            [IO.File]::WriteAllBytes($path, $bytes)
            Set-KvValue bytes/a $bytes -Recipient $File
            Set-KvValue bytes/b -InFile $path -Recipient $File
            foreach ($key in 'bytes/a', 'bytes/b') {
                [Convert]::ToHexString((Get-KvValue $key -Unprotect -AsByteStream)) | Should -BeExactly ([Convert]::ToHexString($bytes))
                Get-KvValue $key -Unprotect -OutFile "$path.back"
                (Get-FileHash "$path.back").Hash | Should -Be (Get-FileHash $path).Hash
            }
        }

        Set-KvValue bytes/c ([byte[]] (0, 255)) -Recipient $File
        , (Get-KvValue bytes/c -Unprotect) | Should -BeOfType byte[]
        Get-KvValue bytes/c -Unprotect -ValueOnly | Should -Be AP8=
        (Get-ErrorOf { Get-KvValue bytes/c -AsSecureString }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }

    It 'is written to a file for this user alone' -Skip:$IsWindows {
        Set-KvValue file/a hush -Recipient $File
        $path = Join-Path $TestFolder opened.txt
        Get-KvValue file/a -Unprotect -OutFile $path
        Get-Content $path -Raw | Should -BeExactly hush
        (Get-Item $path).UnixMode | Should -Be '-rw-------'
    }

    It 'is opened before it is read as JSON, and a default is not opened' {
        Set-KvValue json/a '{ "a": { "b": 1 } }' -Recipient $File
        (Get-KvValue json/a -Unprotect -AsJson).a.b | Should -Be 1
        Get-KvValue json/none -Unprotect -Default open | Should -Be open
        Get-KvValue json/none -Unprotect -AsByteStream -Default A | Should -Be 65
    }

    It 'is refused where other text is next to it, or it is damaged' {
        Set-KvValue closed/b "password: $(Protect-CmsMessage -To $File -Content hush)"
        "$(Get-ErrorOf { Get-KvValue closed/b -Unprotect })" | Should -BeLike '*other text*-IncludeContext*'
        Set-KvValue closed/b "-----BEGIN CMS-----`nAAAA`n-----END CMS-----"
        (Get-ErrorOf { Get-KvValue closed/b -Unprotect }).FullyQualifiedErrorId | Should -BeLike 'KvNotOpened,*'
    }
}

Describe 'Update-KvValue of a sealed value' {
    BeforeEach { Set-KvValue update/a '{"a":1}' -Recipient $File }

    It 'is refused, and says what to do: <Name>' -ForEach @(
        @{ Name = 'as it is'; Run = { Update-KvValue update/a { "$_ and more" } } }
        @{ Name = 'with -Recipient alone'; Run = { Update-KvValue update/a { "$_ and more" } -Recipient $File } }
        @{ Name = 'as bytes'; Run = { Update-KvValue update/a { , [byte[]] (1, 2) } -AsByteStream } }
        @{ Name = 'with -Unprotect alone'; Run = { Update-KvValue update/a { "$_ and more" } -Unprotect } }
    ) {
        $before = (Get-KvValue update/a).Revision
        $failure = Get-ErrorOf $Run
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        "$failure" | Should -BeLike '*-Unprotect*-Recipient*'
        (Get-KvValue update/a).Revision | Should -Be $before
    }

    It 'reads and seals it again' {
        Update-KvValue update/a -AsJson { $_.a++; $_ } -Unprotect -Recipient $File
        Get-KvValue update/a -Unprotect | Should -Be '{"a":2}'
        Update-KvValue update/a { $_ } -Unprotect -Recipient $stranger
        Get-KvValue update/a -ValueOnly | Should -BeLike '-----BEGIN CMS-----*'
        Get-KvValue update/a -Unprotect -Certificate $stranger | Should -Be '{"a":2}'
        Update-KvValue update/a { ConvertTo-SecureString "$_ new" -AsPlainText -Force } -Unprotect -Certificate (Join-Path $TestFolder both.pem) -Recipient $File
        Get-KvValue update/a -Unprotect | Should -Be '{"a":2} new'
    }

    It 'seals a value that is not sealed yet, and one of a new key' {
        Set-KvValue update/b plain
        Update-KvValue update/b { $_ } -Recipient $File
        Get-KvValue update/b -Unprotect | Should -Be plain
        Update-KvValue update/c { "<$_>" } -Unprotect -Recipient $File
        Get-KvValue update/c -Unprotect | Should -Be '<>'
    }
}

Describe 'A secret' {
    It 'is in no error, no verbose message and no transcript: <Name>' -ForEach @(
        @{ Name = 'a block that converts it'; Run = { Update-KvValue shown/a { [int] $_ } -Unprotect -Recipient $File } }
        @{ Name = 'a block that throws it'; Run = { Update-KvValue shown/a { throw $_ } -Unprotect -Recipient $File } }
        @{ Name = 'a block that looks for it'; Run = { Update-KvValue shown/a { Get-Item "./$_" } -Unprotect -Recipient $File } }
        @{ Name = 'a block that catches it'; Run = { Update-KvValue shown/a { try { throw $_ } catch { 'x' } } -Unprotect -Recipient $File } }
        @{ Name = 'JSON that is none'; Run = { Update-KvValue shown/a -AsJson { $_ } -Unprotect -Recipient $File } }
        @{ Name = 'JSON that is none, read'; Run = { Get-KvValue shown/a -Unprotect -AsJson } }
        @{ Name = 'a block of Set-KvValue'; Run = { [pscustomobject]@{ K = 'shown/b'; V = 'h5u5s5h' } | Set-KvValue -Key { $_.K } -Value { [int] $_.V } -Recipient $File } }
        @{ Name = 'a write'; Run = { Set-KvValue shown/c (ConvertTo-SecureString h5u5s5h -AsPlainText -Force) -Recipient $File; Set-KvValue shown/c h5u5s5h -Recipient $File -WhatIf } }
    ) {
        Set-KvValue shown/a h5u5s5h -Recipient $File
        $Error.Clear()
        $VerbosePreference = 'Continue'
        $DebugPreference = 'Continue'
        $shown = @(. { & $Run } *>&1) + $Error | ForEach-Object { $_; if ($_ -is [Management.Automation.ErrorRecord]) { $_.Exception, $_.TargetObject, $_.FullyQualifiedErrorId, $_.ErrorDetails } } | Out-String
        $VerbosePreference = $DebugPreference = 'SilentlyContinue'
        ($shown -split "`n" -notmatch 'Position|\{ ?\[|@\{|Set-KvValue shown') -join "`n" | Should -Not -Match h5u5s5h
    }
}
