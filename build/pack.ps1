#requires -Version 7.4
<#
.SYNOPSIS
    Creates a package for the PowerShell Gallery from a staged module.
.DESCRIPTION
    The manifest of the package gets data that the repository's own manifest does not contain: the release notes, from CHANGELOG.md, and the addresses of the
    project and of its icon, which depend on the publishing repository.
.PARAMETER Module
    The folder of the staged module, which is not changed.
.PARAMETER Destination
    The folder for the package.
.PARAMETER ProjectUri
    The project's site on GitHub, such as https://github.com/OWNER/NAME. Without it the package names neither the project's address nor an icon.
.OUTPUTS
    The file of the package.
#>
[CmdletBinding()]
[OutputType([IO.FileInfo])]
param(
    [Parameter(Mandatory)]
    [string] $Module,

    [Parameter(Mandatory)]
    [string] $Destination,

    [uri] $ProjectUri
)

$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot
$largest = 20MB
if (-not (Get-Command Compress-PSResource -ErrorAction Ignore)) {
    throw 'The task package needs PSResourceGet 1.1 or newer, which is not installed. Install it: Install-PSResource Microsoft.PowerShell.PSResourceGet.'
}

# As the text of a manifest: a literal here-string, in which only a line that begins like its end is not allowed.
function ConvertTo-ManifestText([string] $Text) { "@'`n$($Text -replace '(?m)^''@', ' ''@')`n'@" }

$work = (New-Item -ItemType Directory ([IO.Path]::Combine([IO.Path]::GetTempPath(), "valkeyrie-$([guid]::NewGuid().ToString('n'))"))).FullName
try {
    Copy-Item $Module $work/Valkeyrie -Recurse
    Copy-Item $root/docs/icon.png $work/Valkeyrie
    $manifest = Join-Path $work Valkeyrie Valkeyrie.psd1
    $version = (Import-PowerShellDataFile $manifest).ModuleVersion
    $entries = [ordered]@{ ReleaseNotes = ConvertTo-ManifestText (& $PSScriptRoot/release-notes.ps1 $version) }
    if ($ProjectUri) {
        $entries.ProjectUri = "'$("$ProjectUri".TrimEnd('/'))'"
        $entries.IconUri = "'$("$ProjectUri".TrimEnd('/') -replace '//github\.com/', '//raw.githubusercontent.com/')/v$version/docs/icon.png'"
        & $PSScriptRoot/online-help.ps1 -Module $work/Valkeyrie -Site "$("$ProjectUri".TrimEnd('/'))/blob/v$version/docs/en-US"
    }

    $text = (Get-Content $manifest -Raw).Split("ReleaseNotes = 'See CHANGELOG.md.'")
    if ($text.Count -ne 2) {
        throw "The place of the release notes was not found in '$manifest'."
    }

    $text -join (($entries.GetEnumerator() | ForEach-Object { "$($_.Key) = $($_.Value)" }) -join "`n") | Set-Content $manifest -NoNewline
    $null = Test-ModuleManifest $manifest
    $null = New-Item $Destination -ItemType Directory -Force
    $package = Compress-PSResource $work/Valkeyrie -DestinationPath (Resolve-Path $Destination) -PassThru
    if ($package.Length -gt $largest) {
        throw "The package is too large: $([Math]::Round($package.Length / 1MB, 1)) MB. It must stay under $($largest / 1MB) MB."
    }

    $package
}
finally {
    Remove-Item $work -Recurse -Force
}
