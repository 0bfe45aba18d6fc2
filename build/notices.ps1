#requires -Version 7.4
<#
.SYNOPSIS
    Creates the text of THIRD-PARTY-NOTICES.txt: every package whose assemblies or native libraries the module ships, with its license.
.DESCRIPTION
    The packages are those that the restore of src/Valkeyrie.PowerShell resolved. A package whose license has no text in build/licenses is an error,
    because most licenses require their text in the notice.
.PARAMETER Assets
    The result of the restore. Default: that of src/Valkeyrie.PowerShell.
.PARAMETER List
    Emits the packages as objects (Id, Version, License, Copyright, Project, Files) instead of the text.
#>
[CmdletBinding()]
[OutputType([string], [pscustomobject])]
param(
    [string] $Assets = (Join-Path $PSScriptRoot .. src Valkeyrie.PowerShell obj project.assets.json),

    [switch] $List
)

$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot

# The first license of an expression such as "MS-PL OR Apache-2.0" whose text is here: the recipient may choose.
function Get-LicenseText([string] $Expression, [string] $Id) {
    foreach ($name in $Expression -split '\s+OR\s+') {
        $file = $name -eq 'Apache-2.0' ? (Join-Path $root LICENSE) : (Join-Path $PSScriptRoot licenses "$name.txt")
        if (Test-Path -LiteralPath $file) {
            return [pscustomobject]@{ Name = $name; Text = $name -eq 'Apache-2.0' ? 'The text is in the file LICENSE next to this one.' : (Get-Content -LiteralPath $file -Raw).Trim() }
        }
    }

    throw "The package $Id has the license '$Expression', but build/licenses does not contain its text. Check that the license permits shipping the package, then add the text."
}

function Get-ShippedPackage([string] $File) {
    $restored = Get-Content -LiteralPath $File -Raw | ConvertFrom-Json -AsHashtable
    $packages = @($restored.packageFolders.Keys)
    foreach ($entry in @($restored.targets.Values)[0].GetEnumerator() | Sort-Object Key) {
        $files = @($entry.Value.runtime.Keys) + @($entry.Value.runtimeTargets.Keys) | Where-Object { $_ -and $_ -notlike '*_._' }
        if ($entry.Value.type -ne 'package' -or -not $files) {
            continue
        }

        $path = $restored.libraries[$entry.Key].path
        $folder = $packages | ForEach-Object { Join-Path $_ $path } | Where-Object { Test-Path -LiteralPath $_ } | Select-Object -First 1
        $metadata = ([xml](Get-Content -LiteralPath (Get-Item (Join-Path $folder *.nuspec)) -Raw)).package.metadata
        $license = switch ($metadata.license.type) {
            expression { Get-LicenseText $metadata.license.InnerText $entry.Key }
            file { [pscustomobject]@{ Name = 'its own'; Text = (Get-Content -LiteralPath (Join-Path $folder $metadata.license.InnerText) -Raw).Trim() } }
            default { throw "The package $($entry.Key) states no license in its nuspec." }
        }
        [pscustomobject]@{
            Id        = $metadata.id
            Version   = $metadata.version
            License   = $license.Name
            Text      = $license.Text.ReplaceLineEndings("`n")
            Copyright = $metadata.copyright ? $metadata.copyright : "Copyright (c) $($metadata.authors) and contributors"
            Project   = $metadata.projectUrl ? $metadata.projectUrl : $metadata.repository.url
            Files     = @($files | Split-Path -Leaf | Sort-Object -Unique)
        }
    }
}

$shipped = @(Get-ShippedPackage $Assets)
if ($List) {
    return $shipped
}

$line = '-' * 80
@(
    'Valkeyrie ships the following software of others, under the licenses stated here. Valkeyrie itself is under the Apache License 2.0, see LICENSE.'
    foreach ($package in $shipped) {
        ''
        $line
        "$($package.Id) $($package.Version)"
        $package.Project
        $package.Copyright
        "License: $($package.License)"
        ''
        $package.Text
    }
) -join "`n"
