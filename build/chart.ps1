<#
.SYNOPSIS
    Draws the bars of docs/speed.md from the figures of a benchmark run.
.DESCRIPTION
    The same file produces the same picture to the byte. Each row of the file that the table below names becomes a group of bars: the rate of each contender, with the fastest of the group in
    full length.
.PARAMETER Measurement
    A file from bench --json.
.PARAMETER Output
    The picture, an SVG file.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Measurement,

    [Parameter(Mandatory)]
    [string] $Output
)

$ErrorActionPreference = 'Stop'
'Xml', 'Chart' | ForEach-Object { . $PSScriptRoot/pictures/$_.ps1 }
$run = Get-Content $Measurement -Raw | ConvertFrom-Json
[IO.File]::WriteAllText($PSCmdlet.GetUnresolvedProviderPathFromPSPath($Output), (ConvertTo-Chart $run))
