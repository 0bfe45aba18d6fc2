#requires -Version 7.4
<#
.SYNOPSIS
    The three portable programs in PowerShell, line by line as in Program.cs.
.PARAMETER Address
    The store: embedded:FILE, etcd://host:2379, etcdv2://host:2379, consul://host:8500, zookeeper://host:2181. Default: one in memory.
.PARAMETER Module
    The folder of the module. Default: the staged module.
.EXAMPLE
    samples/Portable/portable.ps1 embedded:shop.db
.EXAMPLE
    samples/Portable/portable.ps1 etcdv2://localhost:2379
#>
[CmdletBinding()]
param(
    [string] $Address = 'memory:',
    [string] $Module = (Join-Path $PSScriptRoot .. .. out Valkeyrie)
)

$ErrorActionPreference = 'Stop'
$key = 'path/to/key'
Import-Module $Module
$store = Connect-KvStore $Address -Name portable

# Messages name the store; the output is to be the same wherever it stands.
function Hide-Address([string] $Message) { $Message.Replace($store.Address, 'STORE') }

# Each program on its own, and nothing left behind.
function Invoke-Program([string] $Title, [scriptblock] $Program) {
    $Title
    try {
        & $Program 3>&1 | ForEach-Object { $_ -is [Management.Automation.WarningRecord] ? "   warning: $(Hide-Address $_.Message)" : $_ }
    }
    catch {
        "   $($_.Exception.Code) at $($_.TargetObject): $(Hide-Address $_.Exception.Message)"
    }

    Remove-KvTree path -Confirm:$false -ErrorAction Ignore
}

# A watch shows the existing pairs, then the changes; this one ends with the first key below the directory.
function Watch-First {
    try {
        Set-KvValue $key/foo v
        "   put $key/foo"
    }
    catch [Valkeyrie.KvNotDirectoryException] {
        Write-Debug 'The watch says the same, and what to do.'
    }

    Watch-KvTree $key | Select-Object -First 1 | ForEach-Object { "   seen $($_.Key) = $($_.Value)" }
}

try {
    Invoke-Program '1. A value on a key that has another one below it' {
        Set-KvValue $key/bis foo
        "   put $key/bis"
        Set-KvValue $key bar
        "   put $key"
        @(Get-KvValue $key) + @(Get-KvTree $key) | ForEach-Object { "   $($_.Key) = $($_.Value)" }
    }

    Invoke-Program '2. A key with a value, watched as a directory' {
        if (-not (Test-KvKey $key)) {
            Set-KvValue $key data
            "   put $key"
        }

        Watch-First
    }

    Invoke-Program '3. The same, put as a directory' {
        Set-KvValue $key data -Directory
        "   put $key"
        Watch-First
        Set-KvValue $key again
        "   put $key"
    }
}
finally {
    Disconnect-KvStore $store
}
