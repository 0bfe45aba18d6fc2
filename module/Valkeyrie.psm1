# Loads the module. The contract goes into PowerShell's own load context, so that [Valkeyrie.KvPair] and the like resolve for everybody;
# the cmdlets, the stores and what they depend on go into a context of the module's own, where no other module's version can meet them.

$bin = Join-Path $PSScriptRoot 'bin'
if (-not ('Valkeyrie.Loader.ModuleLoadContext' -as [type])) {
    Add-Type -Path (Join-Path $bin 'Valkeyrie.dll'), (Join-Path $bin 'Valkeyrie.Loader.dll')
}

$cmdlets = Import-Module -Assembly ([Valkeyrie.Loader.ModuleLoadContext]::LoadModule($bin)) -PassThru

# The inner module goes with this one: left behind, PowerShell would take it for imported already the next time, and export nothing.
$ExecutionContext.SessionState.Module.OnRemove = {
    # A provider in use stays. Import-Module -Force gets here from anywhere; Remove-Module refuses before that.
    if ($PWD.Provider.ImplementingType.Assembly -eq $cmdlets.ImplementingAssembly) {
        Set-Location $HOME
    }

    Remove-Module -ModuleInfo $cmdlets -Force
}
