@{
    RootModule           = 'Valkeyrie.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '3f0b7f0e-6a39-4c1d-9a0e-5c6a1b8f4d27'
    Author               = 'The Valkeyrie authors'
    CompanyName          = 'The Valkeyrie authors'
    Copyright            = '(c) The Valkeyrie authors. Apache License 2.0.'
    Description          = 'Key/value stores for PowerShell: one set of cmdlets to put, get, list, watch and lock keys in etcd.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    TypesToProcess       = @('Valkeyrie.Types.ps1xml')
    FormatsToProcess     = @('Valkeyrie.Format.ps1xml')
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    CmdletsToExport      = @(
        'Compare-KvTree'
        'Connect-KvStore'
        'Copy-KvTree'
        'Disconnect-KvStore'
        'Export-KvTree'
        'Get-KvHistory'
        'Get-KvLease'
        'Get-KvStore'
        'Get-KvTree'
        'Get-KvValue'
        'Import-KvTree'
        'Invoke-KvTransaction'
        'Lock-KvKey'
        'New-KvCondition'
        'New-KvLease'
        'Register-KvStore'
        'Remove-KvLease'
        'Remove-KvTree'
        'Remove-KvValue'
        'Set-KvValue'
        'Test-KvKey'
        'Unlock-KvKey'
        'Unregister-KvStore'
        'Use-KvLock'
        'Watch-KvKey'
        'Watch-KvTree'
    )
    PrivateData          = @{
        PSData = @{
            Tags         = @('etcd', 'keyvalue', 'kv', 'lock', 'watch', 'configuration', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri   = 'https://www.apache.org/licenses/LICENSE-2.0'
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
