#requires -Version 7.4
<#
.SYNOPSIS
    Signs the scripts, the manifest, the views and our own assemblies of a staged module, so it can be loaded with the execution policy AllSigned.
.DESCRIPTION
    Authenticode exists only on Windows: PowerShell signs files on no other system. The certificate is in the user's store, with its private key.
.PARAMETER Module
    The folder of the staged module. Its files are changed.
.PARAMETER Thumbprint
    The certificate for code signing.
.PARAMETER TimestampServer
    The server that confirms the time of the signature, so it outlives the certificate. Without a server, the signature expires with the certificate.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Module,

    [Parameter(Mandatory)]
    [string] $Thumbprint,

    [uri] $TimestampServer
)

$ErrorActionPreference = 'Stop'
if (-not $IsWindows) {
    throw 'A module can only be signed on Windows.'
}

$certificate = Get-Item "Cert:/CurrentUser/My/$Thumbprint" -ErrorAction Ignore
if (-not $certificate.HasPrivateKey) {
    throw "The user's certificate store has no certificate with the thumbprint '$Thumbprint' and a private key. Import it: Import-PfxCertificate."
}

# Third-party assemblies keep the signatures of their authors.
$files = Get-ChildItem $Module -Recurse -File -Include *.ps1, *.psm1, *.psd1, *.ps1xml, Valkeyrie*.dll
$time = $TimestampServer ? @{ TimestampServer = $TimestampServer } : @{}
foreach ($file in $files) {
    $signature = Set-AuthenticodeSignature -LiteralPath $file.FullName -Certificate $certificate -HashAlgorithm SHA256 -IncludeChain All @time
    if (-not $signature.SignerCertificate) {
        throw "'$file' was not signed: $($signature.StatusMessage)"
    }
}

"$($files.Count) files are signed by '$($certificate.Subject)'."
