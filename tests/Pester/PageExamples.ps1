# The examples of the help: read from the pages and topics, and run as somebody would type them.
#
# An example is what stands in ```powershell fences under one heading. It runs on a store of its own, which holds what about_Valkeyrie puts into
# the store of the examples. What is typed at localhost:2379 goes to a server of the test's. One that begins with the comment "# Needs ..." wants more
# than a test has, and is only parsed. What stands in ```output fences is compared word by word.

function Get-PageExample([string] $Path) {
    $text = (Get-Content $Path -Raw).ReplaceLineEndings("`n")
    foreach ($section in [regex]::Matches($text, '(?ms)^#{2,3} (?<title>[^\n]*)\n(?<body>.*?)(?=^#{2,3} |\z)')) {
        $fences = [regex]::Matches($section.Groups['body'].Value, '(?ms)^```(?<kind>powershell|output)\n(?<text>.*?)^```')
        $code = ($fences | Where-Object { $_.Groups['kind'].Value -eq 'powershell' } | ForEach-Object { $_.Groups['text'].Value }) -join "`n"
        if ($code) {
            @{
                Page    = [IO.Path]::GetFileNameWithoutExtension($Path)
                Title   = $section.Groups['title'].Value
                IsSetup = $section.Groups['title'].Value -eq 'The store of the examples'
                Code    = $code
                Output  = ($fences | Where-Object { $_.Groups['kind'].Value -eq 'output' } | ForEach-Object { $_.Groups['text'].Value }) -join "`n"
                Needs   = $code -match '\A# Needs (.+)' ? $Matches[1] : ''
            }
        }
    }
}

# What a console shows of commands, each typed by itself: its output, or the error that it ends with.
function Invoke-Typed([string] $Code) {
    foreach ($statement in [Management.Automation.Language.Parser]::ParseInput($Code, [ref] $null, [ref] $null).EndBlock.Statements) {
        try {
            . ([scriptblock]::Create($statement.Extent.Text)) *>&1 | ForEach-Object { $_ -is [Management.Automation.WarningRecord] ? "WARNING: $_" : $_ } |
                Out-String -Width 120
        }
        catch {
            $_ | Out-String -Width 120
        }
    }
}

# The files shop.crt and shop.key, which about_Valkeyrie_Secrets creates, for the examples that use them.
function Add-ExampleCertificate([string] $Folder) {
    if (-not $script:ExampleCertificate) {
        $key = [Security.Cryptography.RSA]::Create(2048)
        $request = [Security.Cryptography.X509Certificates.CertificateRequest]::new('CN=shop', $key, 'SHA256', [Security.Cryptography.RSASignaturePadding]::Pkcs1)
        $request.CertificateExtensions.Add([Security.Cryptography.X509Certificates.X509KeyUsageExtension]::new('KeyEncipherment, DataEncipherment', $true))
        $usages = [Security.Cryptography.OidCollection]::new()
        $null = $usages.Add([Security.Cryptography.Oid]::new('1.3.6.1.4.1.311.80.1'))
        $request.CertificateExtensions.Add([Security.Cryptography.X509Certificates.X509EnhancedKeyUsageExtension]::new($usages, $false))
        $certificate = $request.CreateSelfSigned([DateTimeOffset]::UtcNow.AddDays(-1), [DateTimeOffset]::UtcNow.AddDays(1))
        $script:ExampleCertificate = @{ Certificate = $certificate.ExportCertificatePem(); Key = $key.ExportPkcs8PrivateKeyPem() }
    }

    Set-Content (Join-Path $Folder shop.crt) $script:ExampleCertificate.Certificate
    Set-Content (Join-Path $Folder shop.key) $script:ExampleCertificate.Key
}

# Runs an example and returns what it showed.
function Invoke-PageExample($Example, [string] $Setup, [string] $Authority) {
    $folder = New-Item -ItemType Directory (Join-Path $TestFolder "example-$([guid]::NewGuid().ToString('n'))")
    if ($Example.Code -match 'shop\.crt') {
        Add-ExampleCertificate $folder
    }

    $environment = Get-ChildItem env:ETCDCTL_*
    $rendering = $PSStyle.OutputRendering
    Push-Location $folder
    try {
        $PSStyle.OutputRendering = 'PlainText'
        $null = Invoke-Typed $Setup
        (Invoke-Typed ($Example.Code -replace 'localhost:2379', $Authority)) -join '' -replace [regex]::Escape($Authority), 'localhost:2379'
    }
    finally {
        $PSStyle.OutputRendering = $rendering
        Get-PSDrive -PSProvider Kv | Where-Object Name -NE kv | Remove-PSDrive
        Pop-Location
        Get-KvStore | Disconnect-KvStore
        Get-KvStore -Registered | Unregister-KvStore
        Remove-Item env:ETCDCTL_*
        $environment | ForEach-Object { Set-Item "env:$($_.Name)" $_.Value }
    }
}

# Words count; how wide a console makes its columns does not, nor which way the slashes of paths lean. What -WhatIf says goes to the console alone. A
# server is older for each example than for the one before, so the numbers of one that uses it are its own.
function ConvertTo-Word($Example, [string] $Text) {
    $text = $IsWindows ? $Text.Replace('\', '/') : $Text
    $text = $text -replace '(?m)^What if: .*$' -replace '-{2,}', '--' -replace '(?<=[''" ])([A-Z]:)?/\S+(?=/)', 'FOLDER'
    if ($Example.Code -match 'localhost:2379') {
        $text = $text -replace '(?<!localhost:)\d+', 'N'
    }

    ($text -split '\s+' -ne '') -join ' '
}
