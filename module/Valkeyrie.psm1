# Loads the module. The contract goes into PowerShell's default load context, so that [Valkeyrie.KvPair] and similar types resolve in scripts;
# the cmdlets, the stores and their dependencies go into the module's own context, apart from other modules' versions.
# PowerShell compiles each construct of this script at every import, so this script only calls commands of the loader, which are compiled already.

$ErrorActionPreference = 'Stop'

# The inner module is removed with this one: otherwise PowerShell would treat it as imported the next time, and export nothing.
Import-Module -Assembly (Initialize-KvModule "$PSScriptRoot/bin" -OnRemove { Remove-Module -ModuleInfo (Exit-KvModule) -Force })
