# Loads the module. The contract goes into PowerShell's own load context, so that [Valkeyrie.KvPair] and the like resolve for everybody;
# the cmdlets, the stores and what they depend on go into a context of the module's own, where no other module's version can meet them.
# Commands alone are used here: the first call of a .NET method from a script costs more than all the rest of the import.

try {
    Import-Module "$PSScriptRoot/bin/Valkeyrie.Loader.dll" -ErrorAction Stop
}
catch {
    throw "Valkeyrie cannot be loaded from '$PSScriptRoot': $_ A process holds it only once: where it has another version already, start a new PowerShell."
}

# The inner module goes with this one: left behind, PowerShell would take it for imported already the next time, and export nothing.
$cmdlets = Import-Module -PassThru -Assembly (Initialize-KvModule "$PSScriptRoot/bin" -OnRemove {
        # A provider in use stays. Import-Module -Force gets here from anywhere; Remove-Module refuses before that.
        if ($PWD.Provider.ImplementingType.Assembly -eq $cmdlets.ImplementingAssembly) {
            Set-Location $HOME
        }

        Remove-Module -ModuleInfo $cmdlets -Force
    })
