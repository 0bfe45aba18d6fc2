#requires -Version 7.4
<#
.SYNOPSIS
    Gets a version's section of CHANGELOG.md without its heading; for a version that is not released, the section Unreleased.
.PARAMETER Version
    The version.
#>
[CmdletBinding()]
[OutputType([string])]
param(
    [Parameter(Mandatory)]
    [string] $Version
)

$ErrorActionPreference = 'Stop'
$changelog = Get-Content (Join-Path (Split-Path $PSScriptRoot) CHANGELOG.md) -Raw
foreach ($heading in $Version, 'Unreleased') {
    if ($changelog -match "(?ms)^## \[$([regex]::Escape($heading))\][^\n]*\n(.*?)(?=^## \[|\z)") {
        return $Matches[1].Trim()
    }
}

throw "CHANGELOG.md has no section for $Version and none for unreleased changes."
