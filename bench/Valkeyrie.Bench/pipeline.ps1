# Pipes a number of objects into Set-KvValue and prints the duration in milliseconds, without the start of PowerShell.
param([string] $Module, [string] $Endpoint, [string] $Folder, [int] $Count, [int] $ValueSize)

$ErrorActionPreference = 'Stop'
Import-Module $Module
Connect-KvStore $Endpoint | Out-Null
$value = -join (1..$ValueSize | ForEach-Object { 'v' })
$objects = foreach ($i in 0..($Count - 1)) { [pscustomobject]@{ Key = "$Folder/shell/{0:D8}" -f $i; Value = $value } }
$objects[0..999] | Set-KvValue
(Measure-Command { $objects | Set-KvValue }).TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)
Disconnect-KvStore
