#requires -Version 7.4
<#
.SYNOPSIS
    Sets the address of the pages for Get-Help -Online in a staged module.
.DESCRIPTION
    The help in the repository names no site, because it can have any; a package names its own. PowerShell uses the first link of a cmdlet.
.PARAMETER Module
    The folder of the staged module.
.PARAMETER Site
    The address of the pages, such as https://github.com/OWNER/NAME/blob/v1.0.0/docs/en-US.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Module,

    [Parameter(Mandatory)]
    [uri] $Site
)

$ErrorActionPreference = 'Stop'
$namespace = 'http://schemas.microsoft.com/maml/2004/10'
foreach ($file in Get-ChildItem (Join-Path $Module en-US) -Filter *-Help.xml) {
    $maml = [xml]::new()
    $maml.PreserveWhitespace = $true
    $maml.Load($file.FullName)
    foreach ($command in $maml.GetElementsByTagName('command:command')) {
        $name = $command.SelectSingleNode('*/*[local-name() = "name"]').InnerText
        $links = $command.SelectSingleNode('*[local-name() = "relatedLinks"]')
        $link = $links.PrependChild($maml.CreateElement('maml', 'navigationLink', $namespace))
        $link.AppendChild($maml.CreateElement('maml', 'linkText', $namespace)).InnerText = 'Online Version'
        $link.AppendChild($maml.CreateElement('maml', 'uri', $namespace)).InnerText = "$("$Site".TrimEnd('/'))/$name.md"
    }

    $maml.Save($file.FullName)
}
