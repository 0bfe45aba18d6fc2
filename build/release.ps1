#requires -Version 7.4
<#
.SYNOPSIS
    What a release holds beside its packages, checked and tried: contents, hashes, the bill of materials, and an installation at an empty home.
.DESCRIPTION
    Reaches no server but nuget.org, from which the tool for the bill of materials comes. Publishes into a folder alone.
.PARAMETER Package
    The folder of the packages that the task "package" has made.
.PARAMETER Destination
    The folder for the release. Its contents are replaced.
.PARAMETER Official
    The release is for the public: a package that names no project address or has no online help is an error.
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
        throw 'The module''s package names no project address or has no online help. It is made from a checkout whose origin, or GITHUB_REPOSITORY, names the repository.'
    }
}

function Export-Sbom([string] $Version) {
    $tools = Join-Path $root .tools
    $output = dotnet tool update Microsoft.Sbom.DotNetTool --version (& $PSScriptRoot/tool-version.ps1 Sbom) --allow-downgrade --tool-path $tools 2>&1
    if ($LASTEXITCODE -ne 0) {
        throw "The tool for the bill of materials could not be installed: $output"
    }

    # The tool is made for an older runtime.
    $env:DOTNET_ROLL_FORWARD = 'Major'
    $output = & (Join-Path $tools sbom-tool) generate -b $Destination -bc (Join-Path $root src) -m $Destination -pn Valkeyrie -pv $Version `
        -ps 'The Valkeyrie authors' -nsb https://valkeyrie.invalid -V Error 2>&1
    if ($LASTEXITCODE -ne 0) {
        throw "The bill of materials could not be made: $($output -join "`n")"
    }

    Move-Item (Join-Path $Destination _manifest spdx_2.2 manifest.spdx.json) (Join-Path $Destination "Valkeyrie.$Version.spdx.json")
    Remove-Item (Join-Path $Destination _manifest) -Recurse
}

# In the form that sha256sum --check reads.
function Export-HashList {
    Get-ChildItem $Destination -File | Sort-Object Name | ForEach-Object { "$((Get-FileHash $_ -Algorithm SHA256).Hash.ToLowerInvariant())  $($_.Name)" } |
        Set-Content (Join-Path $Destination SHA256SUMS)
}

# Publishes into a folder, installs from there, and takes the README's first session.
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

    # The module and the library of one name and version are two packages, for two galleries.
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
