#requires -Version 7.4
<#
.SYNOPSIS
    The README's first session, command by command with its output.
.PARAMETER Endpoint
    Host and port of an etcd; without it the tour starts one of its own.
.PARAMETER Module
    The module's folder; by default the one that the build staged.
#>
[CmdletBinding()]
param(
    [string] $Endpoint,
    [string] $Module = (Join-Path $PSScriptRoot .. .. out Valkeyrie)
)

$ErrorActionPreference = 'Stop'
$PSStyle.OutputRendering = 'PlainText'

# Every command of the session; what it prints follows it.
$session = @(
    { Connect-KvStore $endpoint }
    { Set-KvValue app/name "Zoë's shop" }
    { Get-KvValue app/name }
    { Get-KvValue app/name -ValueOnly }
    { $port = Set-KvValue app/port 8080 -PassThru }
    { Set-KvValue app/session open -Ttl 00:00:30 }
    { 1..3 | ForEach-Object { [pscustomobject]@{ Key = "app/node/$_"; Value = "10.0.0.$_" } } | Set-KvValue }
    { Set-KvValue application/name 'not in the directory app' }
    { Get-KvTree app }
    { Set-KvValue app/port 8081 -IfRevision $port.Revision }
    { Set-KvValue app/port 8082 -IfRevision $port.Revision }
    { Get-KvTree app/node | Remove-KvValue }
    { Watch-KvTree app -FromRevision $port.Revision -Timeout 00:00:01 }
    { Use-KvLock app/deploy { "app/name is still $(Get-KvValue app/name -ValueOnly)" } }
    { Remove-KvTree app -PassThru -Confirm:$false }
    { Test-KvKey app/name, application/name }
    { Disconnect-KvStore }
)

function Get-FreePort {
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $listener.LocalEndpoint.Port
    $listener.Stop()
}

function Start-Etcd([string] $Endpoint, [string] $Folder) {
    $peer = "http://127.0.0.1:$(Get-FreePort)"
    $start = @{
        FilePath     = $env:VALKEYRIE_ETCD ? $env:VALKEYRIE_ETCD : (Get-Command etcd -CommandType Application -TotalCount 1).Source
        ArgumentList = @(
            '--data-dir', "`"$Folder`"", '--logger', 'zap', '--log-level', 'error'
            '--listen-client-urls', "http://$Endpoint", '--advertise-client-urls', "http://$Endpoint"
            '--listen-peer-urls', $peer, '--initial-advertise-peer-urls', $peer, '--initial-cluster', "default=$peer"
        )
        PassThru     = $true
    }
    Start-Process @start -RedirectStandardError "$Folder.log"
}

function Wait-Etcd([string] $Endpoint, [string] $Folder) {
    foreach ($try in 1..300) {
        if ((Invoke-RestMethod "http://$Endpoint/health" -ErrorAction Ignore -SkipHttpErrorCheck).health -eq 'true') {
            return
        }

        Start-Sleep -Milliseconds 100
    }

    throw "etcd did not start: $(Get-Content "$Folder.log" -Tail 1)"
}

$etcd = $null
$folder = Join-Path ([IO.Path]::GetTempPath()) "valkeyrie-$([guid]::NewGuid())"
try {
    if (-not $Endpoint) {
        $Endpoint = "127.0.0.1:$(Get-FreePort)"
        $etcd = Start-Etcd $Endpoint $folder
        Wait-Etcd $Endpoint $folder
    }

    Import-Module $Module
    $ErrorActionPreference = 'Continue'
    $Error.Clear()
    foreach ($command in $session) {
        $text = "$command".Trim().Replace('$endpoint', $Endpoint)
        "PS> $text"
        $output = (. ([scriptblock]::Create($text)) *>&1 | Out-String -Width 120) -replace '(?m)[ \t]+$'
        $output.Trim("`r", "`n") ? $output.Trim("`r", "`n") + "`n" : ''
    }

    # The second write from the same read is meant to be refused.
    if ($Error.Count -ne 1) {
        throw "The tour met $($Error.Count) errors where one is part of it."
    }
}
finally {
    $etcd | Stop-Process -ErrorAction Ignore
    $etcd | Wait-Process -ErrorAction Ignore
    Remove-Item $folder, "$folder.log" -Recurse -Force -ErrorAction Ignore
}
