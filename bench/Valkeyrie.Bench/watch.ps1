# Replays a number of events of a directory with Watch-KvTree and prints the duration in milliseconds, without the start of PowerShell.
param([string] $Module, [string] $Endpoint, [string] $Directory, [int] $Count, [long] $From)

$ErrorActionPreference = 'Stop'
Import-Module $Module
Connect-KvStore $Endpoint | Out-Null

# Code that has run once is compiled.
$null = Watch-KvTree $Directory -FromRevision $From | Select-Object -First 1000
$first = @{ First = $Count }
(Measure-Command { Watch-KvTree $Directory -FromRevision $From | Select-Object @first }).TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)
Disconnect-KvStore
