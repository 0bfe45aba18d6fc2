# Lists a directory with Get-KvTree and prints the duration in milliseconds, without the start of PowerShell.
param([string] $Module, [string] $Endpoint, [string] $Directory, [int] $Count)

$ErrorActionPreference = 'Stop'
Import-Module $Module
Connect-KvStore $Endpoint | Out-Null
$seen = (Get-KvTree $Directory | Measure-Object).Count
if ($seen -ne $Count) {
    throw "$seen keys were listed where $Count are."
}

(Measure-Command { Get-KvTree $Directory }).TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)
Disconnect-KvStore
