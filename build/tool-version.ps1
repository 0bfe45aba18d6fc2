#requires -Version 7.4
<#
.SYNOPSIS
    Gets the version, or range of versions, of a tool in Directory.Packages.props.
.PARAMETER Name
    The tool: the name of its property without "Version".
#>
[CmdletBinding()]
[OutputType([string])]
param(
    [Parameter(Mandatory)]
    [string] $Name
)

$ErrorActionPreference = 'Stop'
$file = [xml](Get-Content (Join-Path $PSScriptRoot .. Directory.Packages.props) -Raw)
$version = $file.SelectSingleNode("//${Name}Version")
if (-not $version) {
    throw "Directory.Packages.props names no version of '$Name'."
}

$version.InnerText
