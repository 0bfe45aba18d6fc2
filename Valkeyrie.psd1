@{
    RootModule           = 'Valkeyrie.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '3f0b7f0e-6a39-4c1d-9a0e-5c6a1b8f4d27'
    Author               = 'The Valkeyrie authors'
    CompanyName          = 'The Valkeyrie authors'
    Copyright            = '(c) The Valkeyrie authors. Apache License 2.0.'
    Description          = 'Store settings, share state, watch for changes and take locks: cmdlets and a drive for etcd, Consul, ZooKeeper, or a local file that needs no server.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    RequiredAssemblies   = @('bin/Valkeyrie.Loader.dll')
    NestedModules        = @('bin/Valkeyrie.Loader.dll')
    TypesToProcess       = @('Valkeyrie.Types.ps1xml')
    FormatsToProcess     = @('Valkeyrie.Format.ps1xml')
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    CmdletsToExport      = @(
        'Add-KvMember'
        'Clear-KvAlarm'
        'Clear-KvHistory'
        'Compare-KvTree'
        'Connect-KvStore'
        'Copy-KvTree'
        'Disable-KvAuthentication'
        'Disconnect-KvStore'
        'Enable-KvAuthentication'
        'Enter-KvElection'
        'Exit-KvElection'
        'Export-KvTree'
        'Get-KvAlarm'
        'Get-KvElection'
        'Get-KvHash'
        'Get-KvHistory'
        'Get-KvLease'
        'Get-KvLock'
        'Get-KvMember'
        'Get-KvRole'
        'Get-KvStatus'
        'Get-KvStore'
        'Get-KvTree'
        'Get-KvUser'
        'Get-KvValue'
        'Grant-KvPermission'
        'Grant-KvRole'
        'Import-KvTree'
        'Invoke-KvTransaction'
        'Lock-KvKey'
        'Measure-KvStore'
        'Move-KvClusterLeader'
        'New-KvCondition'
        'New-KvLease'
        'New-KvRole'
        'New-KvUser'
        'Optimize-KvStore'
        'Register-KvStore'
        'Register-KvWatch'
        'Remove-KvLease'
        'Remove-KvMember'
        'Remove-KvRole'
        'Remove-KvTree'
        'Remove-KvUser'
        'Remove-KvValue'
        'Revoke-KvPermission'
        'Revoke-KvRole'
        'Save-KvSnapshot'
        'Select-KvStore'
        'Set-KvElection'
        'Set-KvMember'
        'Set-KvUser'
        'Set-KvValue'
        'Sync-KvTree'
        'Test-KvAuthentication'
        'Test-KvKey'
        'Test-KvStore'
        'Unlock-KvKey'
        'Unregister-KvStore'
        'Update-KvLease'
        'Update-KvValue'
        'Use-KvElection'
        'Use-KvLock'
        'Wait-KvKey'
        'Watch-KvElection'
        'Watch-KvKey'
        'Watch-KvTree'
    )
    PrivateData          = @{
        PSData = @{
            Tags         = @(
                'etcd', 'sqlite', 'key-value', 'kv', 'store', 'lock', 'watch', 'lease', 'transaction', 'configuration', 'provider', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS'
            )
            LicenseUri   = 'https://www.apache.org/licenses/LICENSE-2.0'

            # A package gets the release notes from CHANGELOG.md, with ProjectUri and IconUri of the repository that it is made from: see build/pack.ps1.
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
