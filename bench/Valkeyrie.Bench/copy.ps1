# Copies a directory with Copy-KvTree and prints the duration in milliseconds, without the start of PowerShell.
param([string] $Module, [string] $Endpoint, [string] $Folder)

$ErrorActionPreference = 'Stop'
Import-Module $Module
Connect-KvStore $Endpoint | Out-Null
Set-KvValue "$Folder/warm-source/a" 1
Copy-KvTree "$Folder/warm-source" -Destination "$Folder/warm"
(Measure-Command { Copy-KvTree "$Folder/source" -Destination "$Folder/shell" }).TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)
Disconnect-KvStore
