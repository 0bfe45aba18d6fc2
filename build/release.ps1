#requires -Version 7.4
<#
.SYNOPSIS
    Creates, checks and tries a release: contents, hashes, the bill of materials, and an installation at an empty home.
.DESCRIPTION
    The only server is nuget.org, for the tool that creates the bill of materials. The release is published only into a folder.
.PARAMETER Package
    The folder of the packages from the task "package".
.PARAMETER Destination
    The folder for the release. Its contents are replaced.
.PARAMETER Official
    The release is public: a package without a project address or online help is an error.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Package,

    [Parameter(Mandatory)]
    [string] $Destination,

    [switch] $Official
)

$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot
. $PSScriptRoot/EmptyHome.ps1
. $root/tests/Pester/FirstSession.ps1

function Assert-Module([string] $Folder, [bool] $ForPublic) {
    foreach ($name in 'LICENSE', 'THIRD-PARTY-NOTICES.txt', 'icon.png', 'Valkeyrie.psd1', 'Valkeyrie.psm1') {
        if (-not (Test-Path (Join-Path $Folder $name))) {
            throw "The module's package lacks $name."
        }
    }

    $data = (Import-PowerShellDataFile (Join-Path $Folder Valkeyrie.psd1)).PrivateData.PSData
    $online = Select-String -Path (Join-Path $Folder en-US *-Help.xml) -SimpleMatch 'Online Version' -Quiet
    if ($ForPublic -and -not ($data.ProjectUri -and $online)) {
        throw 'The module''s package names no project address or has no online help. Create it in a checkout whose origin names the repository, or set GITHUB_REPOSITORY.'
    }
}

function Export-Sbom([string] $Version) {
    $tools = Join-Path $root .tools
    $output = dotnet tool update Microsoft.Sbom.DotNetTool --version (& $PSScriptRoot/tool-version.ps1 Sbom) --allow-downgrade --tool-path $tools 2>&1
    if ($LASTEXITCODE -ne 0) {
        throw "The tool for the bill of materials could not be installed: $output"
    }

    # The tool is built for an older runtime.
    $env:DOTNET_ROLL_FORWARD = 'Major'
    $output = & (Join-Path $tools sbom-tool) generate -b $Destination -bc (Join-Path $root src) -m $Destination -pn Valkeyrie -pv $Version `
        -ps 'The Valkeyrie authors' -nsb https://valkeyrie.invalid -V Error 2>&1
    if ($LASTEXITCODE -ne 0) {
        throw "The bill of materials could not be created: $($output -join "`n")"
    }

    Move-Item (Join-Path $Destination _manifest spdx_2.2 manifest.spdx.json) (Join-Path $Destination "Valkeyrie.$Version.spdx.json")
    Remove-Item (Join-Path $Destination _manifest) -Recurse
}

# In the format of sha256sum --check.
function Export-HashList {
    Get-ChildItem $Destination -File | Sort-Object Name | ForEach-Object { "$((Get-FileHash $_ -Algorithm SHA256).Hash.ToLowerInvariant())  $($_.Name)" } |
        Set-Content (Join-Path $Destination SHA256SUMS)
}

# Publishes into a folder, installs from there, and runs the README's first session.
function Test-Installation([IO.FileInfo] $Module, [string] $Work) {
    $userHome = (New-Item (Join-Path $Work home) -ItemType Directory).FullName
    $shelf = (New-Item (Join-Path $Work shelf) -ItemType Directory).FullName
    Copy-Item $Module $shelf
    $session = "`$null = Get-KvStore; (Get-Module Valkeyrie).ModuleBase; & '$Tour' -Module Valkeyrie"
    $base, $seen = Invoke-AtEmptyHome $userHome "$(Get-ShelfCommand $shelf); $(Get-InstallCommand $userHome); $session"
    if (-not $base.StartsWith($userHome)) {
        throw "The module was loaded from '$base', not from where it was installed."
    }

    if ("$(ConvertTo-Word $seen)" -cne "$(ConvertTo-Word (Get-FirstSession))") {
        throw "The first session differs from the README's:`n$($seen -join "`n")"
    }
}

$work = (New-Item -ItemType Directory ([IO.Path]::Combine([IO.Path]::GetTempPath(), "valkeyrie-$([guid]::NewGuid().ToString('n'))"))).FullName
try {
    $module = Get-Item (Join-Path $Package Valkeyrie.*.nupkg)
    $version = (Import-PowerShellDataFile (Join-Path $root Valkeyrie.psd1)).ModuleVersion
    [IO.Compression.ZipFile]::ExtractToDirectory($module.FullName, (Join-Path $work unpacked))
    Assert-Module (Join-Path $work unpacked) $Official

    Remove-Item $Destination -Recurse -Force -ErrorAction Ignore
    $Destination = (New-Item $Destination -ItemType Directory -Force).FullName

    # The module and the library of the same name and version are two packages, for two galleries.
    Copy-Item $module (Join-Path $Destination "Valkeyrie.$version.module.nupkg")
    Copy-Item (Join-Path $Package nuget *) $Destination
    Export-Sbom $version
    Export-HashList
    Test-Installation $module $work
    Get-ChildItem $Destination -File | ForEach-Object { '{0,12:N0}  {1}' -f $_.Length, $_.Name }
    'The README''s first session ran from the installed package, word for word.'
}
finally {
    Remove-Item $work -Recurse -Force
}
