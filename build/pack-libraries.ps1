#requires -Version 7.4
<#
.SYNOPSIS
    Creates the NuGet packages of the libraries, each with its symbols.
.PARAMETER Destination
    The folder for the packages. It is created if it does not exist.
.PARAMETER ProjectUri
    The project's site on GitHub, such as https://github.com/OWNER/NAME. Without it the packages name no project address.
.OUTPUTS
    The files of the packages, without those of the symbols.
#>
[CmdletBinding()]
[OutputType([IO.FileInfo])]
param(
    [Parameter(Mandatory)]
    [string] $Destination,

    [uri] $ProjectUri
)

$ErrorActionPreference = 'Stop'
$source = Join-Path $PSScriptRoot .. src
$uri = $ProjectUri ? @("-p:PackageProjectUrl=$ProjectUri") : @()

# A library is a project with a readme; the others belong to the module.
foreach ($readme in Get-ChildItem $source -Filter README.md -Recurse -Depth 1 | Sort-Object FullName) {
    # A build on a release server must not contain the paths of that server.
    dotnet pack $readme.DirectoryName -c Release -o $Destination -v quiet -nologo -p:ContinuousIntegrationBuild=true @uri | Out-Host
    if ($LASTEXITCODE -ne 0) {
        throw "The package of $($readme.Directory.Name) could not be created."
    }
}

Get-ChildItem $Destination -Filter *.nupkg
