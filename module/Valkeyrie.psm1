# Loads the module. The contract goes into PowerShell's default load context, so that [Valkeyrie.KvPair] and similar types resolve in scripts;
# the cmdlets, the stores and their dependencies go into the module's own context, apart from other modules' versions.
# This script only uses commands: the first call of a .NET method from a script costs more than the rest of the import.

try {
    Import-Module "$PSScriptRoot/bin/Valkeyrie.Loader.dll" -ErrorAction Stop
}
catch {
    throw "Valkeyrie cannot be loaded from '$PSScriptRoot': $_ A process can load only one version: if it already has another one, start a new PowerShell."
}

# The inner module is removed with this one: otherwise PowerShell would treat it as imported the next time, and export nothing.
$cmdlets = Import-Module -PassThru -Assembly (Initialize-KvModule "$PSScriptRoot/bin" -OnRemove {
        # A provider in use stays. Import-Module -Force reaches this from any location; Remove-Module refuses before that.
        if ($PWD.Provider.ImplementingType.Assembly -eq $cmdlets.ImplementingAssembly) {
            Set-Location $HOME
        }

        Remove-Module -ModuleInfo $cmdlets -Force
    })
