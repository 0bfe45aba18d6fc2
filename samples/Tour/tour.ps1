#requires -Version 7.4
<#
.SYNOPSIS
    Runs the README's first session, command by command with its output, in a separate PowerShell.
.PARAMETER Endpoint
    Host and port of an etcd for the tour. Without it the tour needs no server and uses a private file.
.PARAMETER Module
    The folder of the module. Default: the staged module.
.EXAMPLE
    samples/Tour/tour.ps1
.EXAMPLE
    samples/Tour/tour.ps1 localhost:2379
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', 'port', Justification = 'A later command of the session uses it.')]
[CmdletBinding()]
param(
    [string] $Endpoint,
    [string] $Module = (Join-Path $PSScriptRoot .. .. out Valkeyrie)
)

$ErrorActionPreference = 'Stop'
$PSStyle.OutputRendering = 'PlainText'

# Every command of the session; what it prints follows it.
$session = @(
    { Set-KvValue app/db/host db01 }
    { $port = Set-KvValue app/db/port 5432 -PassThru }
    { [pscustomobject]@{ Key = 'app/db/user'; Value = 'zoe' } | Set-KvValue }
    { Set-KvValue app/session open -Ttl 00:00:30 }
    { Set-KvValue application/name "Zoë's shop, not in the directory app" }
    { Get-KvTree app }
    { Get-KvValue app/db/host -ValueOnly }
    { Set-KvValue app/db/port 5433 -IfRevision $port.Revision }
    { Set-KvValue app/db/port 5434 -IfRevision $port.Revision }
    { Watch-KvTree app/db -FromRevision $port.Revision -Timeout 1 }
    { Use-KvLock app/deploy { "deploying to $(Get-KvValue app/db/host -ValueOnly)" } }
    { Remove-KvTree app -PassThru -Confirm:$false }
    { Test-KvKey app/db/host, application/name }
)

$folder = (New-Item -ItemType Directory ([IO.Path]::Combine([IO.Path]::GetTempPath(), "valkeyrie-$([guid]::NewGuid())"))).FullName
$dataFolders = @{ XDG_DATA_HOME = $env:XDG_DATA_HOME; LOCALAPPDATA = $env:LOCALAPPDATA }
try {
    # The default store is this user's own, and not for a tour to fill.
    $env:XDG_DATA_HOME = $env:LOCALAPPDATA = $folder
    Import-Module $Module
    if ($Endpoint) {
        $session = @([scriptblock]::Create("Connect-KvStore $Endpoint")) + $session
    }

    $ErrorActionPreference = 'Continue'
    $Error.Clear()
    foreach ($command in $session) {
        $text = "$command".Trim()
        "PS> $text"
        $shown = . ([scriptblock]::Create($text)) *>&1 | ForEach-Object { $_ -is [Management.Automation.WarningRecord] ? "WARNING: $_" : $_ }
        $output = ($shown | Out-String -Width 120) -replace '(?m)[ \t]+$'
        $output.Trim("`r", "`n") ? $output.Trim("`r", "`n") + "`n" : ''
    }

    # The second write from the same read must be refused.
    if ($Error.Count -ne 1) {
        throw "The tour met $($Error.Count) errors where one is part of it."
    }
}
finally {
    Get-KvStore -ErrorAction Ignore | Disconnect-KvStore
    $dataFolders.GetEnumerator() | ForEach-Object { [Environment]::SetEnvironmentVariable($_.Key, $_.Value) }
    Remove-Item $folder -Recurse -Force -ErrorAction Ignore
}
