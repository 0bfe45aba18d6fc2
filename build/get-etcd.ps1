#requires -Version 7.4
<#
.SYNOPSIS
    Downloads etcd and etcdctl from the releases of etcd, for a machine whose own packages do not contain them.
.PARAMETER Version
    The release. Default: the one in Directory.Packages.props.
.PARAMETER Destination
    The folder to unpack into.
.OUTPUTS
    An object with the paths of both: Etcd and Etcdctl.
#>
[CmdletBinding()]
[OutputType([pscustomobject])]
param(
    [version] $Version = (& $PSScriptRoot/tool-version.ps1 Etcd),

    [Parameter(Mandatory)]
    [string] $Destination
)

$ErrorActionPreference = 'Stop'
$system = $IsWindows ? 'windows' : $IsMacOS ? 'darwin' : 'linux'
$processor = [Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture -eq 'Arm64' ? 'arm64' : 'amd64'
$name = "etcd-v$Version-$system-$processor"
$archive = $name + ($IsLinux ? '.tar.gz' : '.zip')
$release = "https://github.com/etcd-io/etcd/releases/download/v$Version"

$null = New-Item $Destination -ItemType Directory -Force
$file = Join-Path $Destination $archive
Invoke-WebRequest "$release/$archive" -OutFile $file -MaximumRetryCount 3 -RetryIntervalSec 5
$sums = Invoke-RestMethod "$release/SHA256SUMS" -MaximumRetryCount 3 -RetryIntervalSec 5
$expected = ($sums -split '\r?\n' | Where-Object { $_ -match "\s\*?$([regex]::Escape($archive))$" }) -split '\s+' | Select-Object -First 1
if ((Get-FileHash $file -Algorithm SHA256).Hash -ne $expected) {
    throw "$archive does not match its release: its hash must be '$expected'."
}

if ($IsLinux) {
    tar -xzf $file -C $Destination
}
else {
    Expand-Archive $file $Destination -Force
}

$programs = Join-Path (Resolve-Path $Destination) $name
$ending = $IsWindows ? '.exe' : ''
if (-not $IsWindows) {
    # The documentation of Expand-Archive does not promise to keep the execute permission.
    chmod +x (Join-Path $programs etcd) (Join-Path $programs etcdctl)
}

[pscustomobject]@{ Etcd = Join-Path $programs "etcd$ending"; Etcdctl = Join-Path $programs "etcdctl$ending" }
