#requires -Version 7.4
#requires -Modules Microsoft.PowerShell.PlatyPS
<#
.SYNOPSIS
    Updates the pages of cmdlets and writes the help files of the module.
.DESCRIPTION
    The sentences of a page are written by hand. Its syntax and the facts about parameters come from the cmdlet, and a cmdlet without a page gets a template.
.PARAMETER Module
    The staged module.
.PARAMETER Source
    The folder of the pages and topics.
.PARAMETER Page
    The folder for the updated pages. Default: the folder of the pages.
.PARAMETER Output
    The folder for the help files.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Module,

    [Parameter(Mandatory)]
    [string] $Source,

    [string] $Page = $Source,

    [Parameter(Mandatory)]
    [string] $Output
)

$ErrorActionPreference = 'Stop'
'PlainText', 'AboutTopic', 'CommandPage', 'Maml' | ForEach-Object { . $PSScriptRoot/help/$_.ps1 }

Import-Module (Resolve-Path $Module).Path
$null = New-Item $Page, $Output -ItemType Directory -Force
$help = @(Get-Command -Module Valkeyrie -CommandType Cmdlet | Sort-Object Name | ForEach-Object { Get-CommandPage $_ (Join-Path $Source "$($_.Name).md") })
$help | ForEach-Object { Export-CommandPage $_ $Page }
Export-Maml $help $Output
Get-ChildItem $Source -Filter about_*.md | ForEach-Object {
    ConvertTo-AboutTopic (Get-Content $_ -Raw) | Set-Content (Join-Path $Output "$($_.BaseName).help.txt") -NoNewline
}
