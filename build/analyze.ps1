#requires -Version 7.4
#requires -Modules PSScriptAnalyzer
<#
.SYNOPSIS
    Lists the findings of PSScriptAnalyzer in the project's scripts, and in the manifest of the staged module.
.OUTPUTS
    One line of text per finding.
#>
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot
$tests = Join-Path $root tests Pester

# Files that Git ignores are skipped, except the manifest, which is checked next to the files that it names.
$scripts = @(
    Get-ChildItem $root -File -Filter *.ps1
    'bench', 'build', 'docs', 'module', 'samples', 'tests' | ForEach-Object { Get-ChildItem (Join-Path $root $_) -Recurse -File -Include *.ps1, *.psm1 } |
        Where-Object { $_.FullName -notmatch '[\\/](bin|obj)[\\/]' }
    Get-Item (Join-Path $root out Valkeyrie Valkeyrie.psd1) -ErrorAction Ignore
)
foreach ($script in $scripts) {
    $settings = Join-Path ($script.DirectoryName -eq $tests ? $tests : $root) PSScriptAnalyzerSettings.psd1
    Invoke-ScriptAnalyzer $script.FullName -Settings $settings | ForEach-Object {
        "$([IO.Path]::GetRelativePath($root, $_.ScriptPath)):$($_.Line): $($_.RuleName): $($_.Message)"
    }
}
