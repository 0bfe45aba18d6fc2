# What a script does after a failure, for every command of the module and every command of PowerShell's that works on a drive: each has a row here, or the first
# test fails. A test inside a script block sees nothing of that, since a try is around it, so all of this runs as files in other PowerShells.

BeforeDiscovery {
    # <EA> stands where -ErrorAction goes. A failure that Ends its command makes wrong what follows; the others are those of single keys, and written.
    function Row([string] $Command, [string] $Script, [switch] $Ends, [int] $Errors = 1, [string] $Id) {
        @{ Command = $Command; Script = $Script; Ends = [bool] $Ends; Errors = $Errors; Id = $Id }
    }

    $rows = @(
        # A store that is not open, for every command with -Store.
        Row Compare-KvTree 'Compare-KvTree app other -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Copy-KvTree 'Copy-KvTree app other -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Enter-KvElection 'Enter-KvElection e -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Export-KvTree 'Export-KvTree app "$folder/x.json" -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Get-KvElection '"a", "b" | Get-KvElection -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Get-KvHistory '"a", "b" | Get-KvHistory -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Get-KvLease 'Get-KvLease -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Get-KvLock '"a", "b" | Get-KvLock -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Get-KvTree 'Get-KvTree -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Get-KvValue '"a", "b" | Get-KvValue -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Import-KvTree 'Import-KvTree "$folder/none.json" app -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Invoke-KvTransaction 'Invoke-KvTransaction -Then { "BLOCK" } -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Lock-KvKey '"a", "b" | Lock-KvKey -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row New-KvLease 'New-KvLease 60 -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Remove-KvLease '1, 2 | Remove-KvLease -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Remove-KvTree 'Remove-KvTree app -Confirm:$false -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Remove-KvValue '"a", "b" | Remove-KvValue -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Save-KvSnapshot '"$folder/a.db", "$folder/b.db" | Save-KvSnapshot -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Set-KvValue '"a", "b" | Set-KvValue -Value 1 -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Sync-KvTree 'Sync-KvTree app other -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Test-KvKey '"a", "b" | Test-KvKey -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Register-KvWatch 'Register-KvWatch app { "BLOCK" } -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Update-KvLease '1, 2 | Update-KvLease -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Update-KvValue '"a", "b" | Update-KvValue { "BLOCK" } -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Wait-KvKey '"a", "b" | Wait-KvKey -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Use-KvElection 'Use-KvElection e { "BLOCK" } -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Use-KvLock 'Use-KvLock a { "BLOCK" } -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Watch-KvElection 'Watch-KvElection e -Store nosuch -Timeout 60 <EA>' -Ends -Id KvStoreNotFound
        Row Watch-KvKey '"a", "b" | Watch-KvKey -Store nosuch -Timeout 60 <EA>' -Ends -Id KvStoreNotFound
        Row Watch-KvTree 'Watch-KvTree -Store nosuch -Timeout 60 <EA>' -Ends -Id KvStoreNotFound

        Row Add-KvMember 'Add-KvMember http://10.0.0.4:2380 -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Clear-KvAlarm 'Clear-KvAlarm -All -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Clear-KvHistory 'Clear-KvHistory 1 -Confirm:$false -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Get-KvAlarm 'Get-KvAlarm -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Get-KvHash 'Get-KvHash -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Get-KvMember 'Get-KvMember -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Get-KvStatus 'Get-KvStatus -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Measure-KvStore 'Measure-KvStore -Count 1 -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Move-KvClusterLeader 'Move-KvClusterLeader 1 -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Optimize-KvStore 'Optimize-KvStore -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Remove-KvMember '"1", "2" | Remove-KvMember -Confirm:$false -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Set-KvMember 'Set-KvMember 1 -Promote -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Get-KvUser 'Get-KvUser zoe -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row New-KvUser 'New-KvUser zoe -NoPassword -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Set-KvUser 'Set-KvUser zoe ([securestring]::new()) -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Remove-KvUser 'Remove-KvUser zoe -Confirm:$false -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Get-KvRole 'Get-KvRole team -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row New-KvRole 'New-KvRole team -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Remove-KvRole 'Remove-KvRole team -Confirm:$false -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Grant-KvRole 'Grant-KvRole team zoe -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Revoke-KvRole 'Revoke-KvRole team zoe -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Grant-KvPermission 'Grant-KvPermission team app -Access Read -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Revoke-KvPermission 'Revoke-KvPermission team app -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Enable-KvAuthentication 'Enable-KvAuthentication ([pscredential]::new("root", (ConvertTo-SecureString x -AsPlainText -Force))) -Confirm:$false -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Disable-KvAuthentication 'Disable-KvAuthentication -Confirm:$false -Store nosuch <EA>' -Ends -Id KvStoreNotFound
        Row Test-KvAuthentication 'Test-KvAuthentication -Store nosuch <EA>' -Ends -Id KvStoreNotFound

        # Locks, connections and transactions.
        Row Lock-KvKey '"held", "free" | Lock-KvKey -Timeout 0 -Store main <EA>' -Ends -Id KvCannotLock
        Row Lock-KvKey 'Lock-KvKey free -Ttl 0 -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Use-KvLock 'Use-KvLock held { "BLOCK" } -Timeout 0 -Store main <EA>' -Ends -Id KvCannotLock
        Row Use-KvLock 'Use-KvLock lost/k { Set-KvValue lost/x 1 -Store main; Remove-KvTree lost -Confirm:$false -Store main } -Store main <EA>' -Ends -Id KvLockLost
        Row Enter-KvElection 'Enter-KvElection led -Timeout 0 -Store main <EA>' -Ends -Id KvNotElected
        Row Use-KvElection 'Use-KvElection led { "BLOCK" } -Timeout 0 -Store main <EA>' -Ends -Id KvNotElected
        Row Use-KvElection 'Use-KvElection lost/e { Remove-KvTree lost -Confirm:$false -Store main } -Store main <EA>' -Ends -Id KvLeadershipLost
        Row Set-KvElection 'Set-KvElection (New-LostLeadership) 1 <EA>' -Ends -Id KvLeadershipLost
        Row Watch-KvElection 'Watch-KvElection e -Timeout 0 -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Connect-KvStore 'Connect-KvStore -Path "$folder/none/x.db" <EA>' -Ends -Id KvInvalidArgument
        Row Connect-KvStore '"127.0.0.1:$port", "127.0.0.1:$port" | Connect-KvStore -Timeout 20 <EA>' -Ends -Id KvUnreachable
        Row Select-KvStore '"nosuch", "main" | Select-KvStore <EA>' -Ends -Id KvStoreNotFound
        Row Select-KvStore '@() | Select-KvStore <EA>' -Ends -Id KvInvalidArgument
        Row Connect-KvStore 'Connect-KvStore -InMemory -Name main <EA>' -Ends -Id KvStoreOpen
        Row Connect-KvStore 'Connect-KvStore -Path noDrive:/x.db <EA>' -Ends -Id DriveNotFound
        Row Invoke-KvTransaction 'Invoke-KvTransaction -Then { Set-KvValue a 1; Set-KvValue a 2 } -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Invoke-KvTransaction 'Invoke-KvTransaction -Then { Set-KvValue "" 1 } -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Invoke-KvTransaction 'Invoke-KvTransaction -Then { Set-KvValue "" 1 -ErrorAction Ignore } -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Invoke-KvTransaction 'Invoke-KvTransaction -Then { Get-KvTree app -ErrorAction Ignore } -Store main <EA>' -Ends -Id KvNotSupported
        Row Invoke-KvTransaction 'Invoke-KvTransaction -Then { 1 / 0; "BLOCK" } -Store main <EA>' -Ends -Id RuntimeException
        Row Invoke-KvTransaction '@() | Invoke-KvTransaction -Then { "BLOCK" } -Store main <EA>' -Ends -Id KvInvalidArgument
        Row New-KvCondition '"", "a" | New-KvCondition -Exists <EA>' -Ends -Id KvInvalidArgument
        Row Update-KvLease 'Update-KvLease 1 -KeepAlive -Wait -Store main <EA>' -Ends -Id KvInvalidArgument
        Row New-KvLease 'New-KvLease 0 -Store main <EA>' -Ends -Id KvInvalidArgument

        # Parameters that mean nothing together.
        Row Get-KvValue '"app/a", "app/b" | Get-KvValue -OutFile "$folder/x" -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Import-KvTree '@{ a = 1 }, @{ b = 1 } | Import-KvTree app -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Set-KvValue '"a", "b" | Set-KvValue -InFile "$folder/none" -Store main <EA>' -Ends -Id KvFileFailed
        Row Set-KvValue '"a", "b" | Set-KvValue -Value 1 -NoClobber -IfRevision 1 -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Watch-KvKey 'Watch-KvKey a -Timeout 0 -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Remove-KvTree 'Remove-KvTree -All:$false -Confirm:$false -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Export-KvTree 'Export-KvTree -All:$false "$folder/x.json" -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Copy-KvTree 'Copy-KvTree -All:$false -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Copy-KvTree 'Copy-KvTree app other -DestinationStore nosuch -Store main <EA>' -Ends -Id KvStoreNotFound
        Row Sync-KvTree 'Sync-KvTree -All:$false -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Sync-KvTree 'Sync-KvTree app app/x -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Sync-KvTree 'Sync-KvTree app other -DestinationStore nosuch -Store main <EA>' -Ends -Id KvStoreNotFound
        Row Sync-KvTree 'Sync-KvTree app other -Once -StatePath "$folder/none/x.json" -Store main <EA>' -Ends -Id KvFileFailed
        Row Compare-KvTree 'Compare-KvTree app other -DifferenceStore nosuch -Store main <EA>' -Ends -Id KvStoreNotFound

        # A store without a cluster.
        Row Add-KvMember 'Add-KvMember http://10.0.0.4:2380 -Store main <EA>' -Ends -Id KvNotSupported
        Row Clear-KvAlarm 'Clear-KvAlarm -All -Store main <EA>' -Ends -Id KvNotSupported
        Row Clear-KvHistory 'Clear-KvHistory 1000000 -Confirm:$false -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Get-KvHash 'Get-KvHash -Revision 1000000 -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Move-KvClusterLeader 'Move-KvClusterLeader 1 -Store main <EA>' -Ends -Id KvNotSupported
        Row Optimize-KvStore 'Optimize-KvStore none -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Set-KvMember 'Set-KvMember 1 -Promote:$false -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Clear-KvAlarm 'Clear-KvAlarm -All:$false -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Set-KvUser 'Set-KvUser zoe ([securestring]::new()) -Store main <EA>' -Ends -Id KvInvalidArgument
        Row Grant-KvPermission 'Grant-KvPermission team -All:$false -Access Read -Store main <EA>' -Ends -Id KvInvalidArgument

        # Single keys, directories, files and names: the others go on.
        Row Compare-KvTree 'Compare-KvTree app -Store main <EA>' -Id KvInvalidArgument
        Row Copy-KvTree 'Copy-KvTree none other -Store main <EA>' -Id KvKeyNotFound
        Row Disconnect-KvStore 'Disconnect-KvStore nosuch <EA>' -Id KvStoreNotFound
        Row Export-KvTree 'Export-KvTree none "$folder/x.json" -Store main <EA>' -Id KvKeyNotFound
        Row Exit-KvElection 'Exit-KvElection (New-LostLeadership) <EA>' -Id KvLeadershipLost
        Row Get-KvElection 'Get-KvElection "" -Store main <EA>' -Id KvInvalidArgument
        Row Get-KvHistory 'Get-KvHistory "" -Store main <EA>' -Id KvInvalidArgument
        Row Get-KvLease 'Get-KvLease 1 -Store main <EA>' -Id KvLeaseNotFound
        Row Get-KvLock 'Get-KvLock "" -Store main <EA>' -Id KvInvalidArgument
        Row Get-KvStore 'Get-KvStore nosuch <EA>' -Id KvStoreNotFound
        Row Get-KvTree 'Get-KvTree none -Store main <EA>' -Id KvKeyNotFound
        Row Get-KvValue 'Get-KvValue none -Store main <EA>' -Id KvKeyNotFound
        Row Get-KvValue 'Get-KvValue app/a -OutFile "$folder/none/x" -Store main <EA>' -Id KvFileFailed
        Row Import-KvTree 'Import-KvTree "$folder/none.json" app -Store main <EA>' -Id KvFileFailed
        Row Register-KvStore 'Register-KvStore "no name" -Path "$folder/x.db" <EA>' -Id KvInvalidArgument
        Row Remove-KvLease 'Remove-KvLease 1 -Store main <EA>' -Id KvLeaseNotFound
        Row Save-KvSnapshot 'Save-KvSnapshot "$folder/none/x.db" -Store main <EA>' -Id KvFileFailed
        Row Remove-KvTree 'Remove-KvTree none -Confirm:$false -Store main <EA>' -Id KvKeyNotFound
        Row Remove-KvValue 'Remove-KvValue none -Store main <EA>' -Id KvKeyNotFound
        Row Set-KvValue 'Set-KvValue "" 1 -Store main <EA>' -Id KvInvalidArgument
        Row Test-KvKey 'Test-KvKey "" -Store main <EA>' -Id KvInvalidArgument
        Row Test-KvStore 'Test-KvStore nosuch <EA>' -Id KvStoreNotFound
        Row Unlock-KvKey 'Unlock-KvKey (New-LostLock) <EA>' -Id KvLockLost
        Row Unregister-KvStore 'Unregister-KvStore nosuch -Confirm:$false <EA>' -Id KvStoreNotRegistered
        Row Register-KvWatch 'Register-KvWatch "" -Store main <EA>' -Id KvInvalidArgument
        Row Update-KvLease 'Update-KvLease 1 -Store main <EA>' -Id KvLeaseNotFound
        Row Update-KvValue 'Update-KvValue none { 1 } -MustExist -Store main <EA>' -Id KvKeyNotFound
        Row Update-KvValue 'Update-KvValue app/a { 1 / 0 } -Store main <EA>' -Id KvInvalidArgument
        Row Wait-KvKey 'Wait-KvKey none -Timeout 0 -Store main <EA>' -Id KvWaitTimedOut
        Row Watch-KvElection 'Watch-KvElection "" -Timeout 60 -Store main <EA>' -Id KvInvalidArgument
        Row Watch-KvTree 'Watch-KvTree "" -Timeout 60 -Store main <EA>' -Id KvInvalidArgument

        Row Get-KvAlarm 'Get-KvAlarm -Store main <EA>' -Id KvNotSupported
        Row Get-KvMember 'Get-KvMember -Store main <EA>' -Id KvNotSupported
        Row Remove-KvMember 'Remove-KvMember 1 -Confirm:$false -Store main <EA>' -Id KvNotSupported
        Row Set-KvMember 'Set-KvMember 1 -Promote -Store main <EA>' -Id KvNotSupported
        Row Get-KvUser 'Get-KvUser zoe -Store main <EA>' -Id KvNotSupported
        Row New-KvUser 'New-KvUser zoe -NoPassword -Store main <EA>' -Id KvNotSupported
        Row Remove-KvUser 'Remove-KvUser zoe -Confirm:$false -Store main <EA>' -Id KvNotSupported
        Row Get-KvRole 'Get-KvRole team -Store main <EA>' -Id KvNotSupported
        Row New-KvRole 'New-KvRole team -Store main <EA>' -Id KvNotSupported
        Row Remove-KvRole 'Remove-KvRole team -Confirm:$false -Store main <EA>' -Id KvNotSupported
        Row Grant-KvRole 'Grant-KvRole team zoe -Store main <EA>' -Id KvNotSupported
        Row Revoke-KvRole 'Revoke-KvRole team zoe -Store main <EA>' -Id KvNotSupported
        Row Grant-KvPermission 'Grant-KvPermission team app -Access Read -Store main <EA>' -Id KvNotSupported
        Row Revoke-KvPermission 'Revoke-KvPermission team app -Store main <EA>' -Id KvNotSupported
        Row Enable-KvAuthentication 'Enable-KvAuthentication ([pscredential]::new("root", (ConvertTo-SecureString x -AsPlainText -Force))) -Confirm:$false -Store main <EA>' -Id KvNotSupported
        Row Disable-KvAuthentication 'Disable-KvAuthentication -Confirm:$false -Store main <EA>' -Id KvNotSupported
        Row Test-KvAuthentication 'Test-KvAuthentication -Store main <EA>' -Id KvNotSupported

        # A drive whose store does not answer. PowerShell's own commands write what fails, so that only -ErrorAction makes them stop.
        Row Add-Content 'Add-Content away:/a 1 <EA>' -Id KvStoreClosed
        Row Clear-Content 'Clear-Content away:/a <EA>' -Id KvStoreClosed
        Row Clear-Item 'Clear-Item away:/a <EA>' -Id KvStoreClosed
        Row Clear-ItemProperty 'Clear-ItemProperty away:/a Revision <EA>' -Id NotSupported
        Row Convert-Path 'Convert-Path away:/a <EA>' -Errors 2 -Id KvStoreClosed
        Row Copy-Item 'Copy-Item away:/a away:/b -Recurse <EA>' -Id KvStoreClosed
        Row Get-ChildItem 'Get-ChildItem away:/a <EA>' -Id KvStoreClosed
        Row Get-ChildItem 'Get-ChildItem away:/a -Recurse <EA>' -Id KvStoreClosed
        Row Get-Content 'Get-Content away:/a <EA>' -Id KvStoreClosed
        Row Get-Item 'Get-Item away:/a <EA>' -Id KvStoreClosed
        Row Get-Item 'Get-Item away:/a* <EA>' -Id KvStoreClosed
        Row Get-ItemProperty 'Get-ItemProperty away:/a <EA>' -Id KvStoreClosed
        Row Get-ItemPropertyValue 'Get-ItemPropertyValue away:/a Revision <EA>' -Id PathNotFound
        Row Invoke-Item 'Invoke-Item away:/a <EA>' -Id KvStoreClosed
        Row Join-Path 'Join-Path away:/a b -Resolve <EA>' -Errors 2 -Id KvStoreClosed
        Row Move-Item 'Move-Item away:/a away:/b <EA>' -Id KvStoreClosed
        Row New-Item 'New-Item away:/a -Value 1 <EA>' -Id KvStoreClosed
        Row New-PSDrive 'New-PSDrive more Kv app -Store nosuch <EA>' -Id KvStoreNotFound
        Row Push-Location 'Push-Location away:/a <EA>' -Errors 2 -Id KvStoreClosed
        Row Remove-Item 'Remove-Item away:/a <EA>' -Id KvStoreClosed
        Row Remove-Item 'Remove-Item away:/a* <EA>' -Id KvStoreClosed
        Row Remove-Item 'Remove-Item away:/a -Recurse <EA>' -Id KvStoreClosed
        Row Rename-Item 'Rename-Item away:/a b <EA>' -Id KvStoreClosed
        Row Resolve-Path 'Resolve-Path away:/a <EA>' -Errors 2 -Id KvStoreClosed
        Row Resolve-Path 'Resolve-Path away:/a* <EA>' -Id KvStoreClosed
        Row Set-Content 'Set-Content away:/a 1 <EA>' -Id KvStoreClosed
        Row Set-Item 'Set-Item away:/a 1 <EA>' -Id KvStoreClosed
        Row Set-ItemProperty 'Set-ItemProperty away:/a Revision 1 <EA>' -Id NotSupported
        Row Set-Location 'Set-Location away:/a <EA>' -Errors 2 -Id KvStoreClosed
        Row Split-Path 'Split-Path away:/a -Resolve <EA>' -Errors 2 -Id KvStoreClosed
        Row Test-Path 'Test-Path away:/a <EA>' -Id KvStoreClosed
        Row Test-Path 'Test-Path away:/a -PathType Leaf <EA>' -Id KvStoreClosed
    )

    # What ends with an error ends the statement. Whether the script goes on behind it, what was caught, and how many errors were written.
    $forms = @(
        @{ Form = 'none of them'; EA = ''; Ended = 'goes on'; Written = 'goes on' }
        @{ Form = '-ErrorAction Continue'; EA = '-ErrorAction Continue'; Ended = 'goes on'; Written = 'goes on' }
        @{ Form = '-ErrorAction SilentlyContinue'; EA = '-ErrorAction SilentlyContinue'; Ended = 'goes on silently'; Written = 'goes on silently' }
        @{ Form = '-ErrorVariable'; EA = '-ErrorAction SilentlyContinue -ErrorVariable told'; Variable = $true; Ended = 'goes on silently'; Written = 'goes on silently' }
        @{ Form = 'try and -ErrorVariable'; EA = '-ErrorVariable told'; Try = $true; Variable = $true; Ended = 'is caught'; Written = 'goes on' }
        @{ Form = '-ErrorAction Ignore'; EA = '-ErrorAction Ignore'; Ended = 'goes on silently'; Written = 'goes on silently' }
        @{ Form = 'SilentlyContinue in $PSDefaultParameterValues'; EA = ''; Default = 'SilentlyContinue'; Ended = 'goes on silently'; Written = 'goes on silently' }
        @{ Form = 'try'; EA = ''; Try = $true; Ended = 'is caught'; Written = 'goes on' }
        @{ Form = 'try and -ErrorAction Stop'; EA = '-ErrorAction Stop'; Try = $true; Ended = 'is caught'; Written = 'is caught' }
        @{ Form = 'trap'; EA = ''; Trap = $true; Ended = 'is trapped'; Written = 'goes on' }
        @{ Form = 'trap and -ErrorAction Stop'; EA = '-ErrorAction Stop'; Trap = $true; Ended = 'is trapped'; Written = 'is trapped' }
        @{ Form = '$ErrorActionPreference = ''Stop'''; EA = ''; Preference = 'Stop'; Ended = 'stops'; Written = 'stops' }
        @{ Form = '-ErrorAction Stop'; EA = '-ErrorAction Stop'; Ended = 'stops'; Written = 'stops' }
    )

    $cases = foreach ($row in $rows) {
        $row + @{ What = $row.Script.Replace(' <EA>', ''); Forms = $forms }
    }

    # As a file of its own where the script is what ends: once for each command of the module, and for some of a drive.
    $files = $rows | Where-Object { $_.Command -match '-Kv|^(Set-Location|Remove-Item|Set-Content)$' } | Group-Object { $_.Command } | ForEach-Object { $_.Group[-1] }
    $files = @($files) + @($rows | Where-Object { $_.Id -eq 'KvCannotLock' })
    $files = $files | ForEach-Object { $_ + @{ What = $_.Script.Replace(' <EA>', '') } }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1

    # Everything that a row needs. Files and runspaces begin with it.
    $SetUp = @"
Import-Module '$ModulePath'
`$folder = '$TestFolder'
`$port = $(Get-FreePort)
`$null = Connect-KvStore -InMemory -Name away
`$null = New-PSDrive away -PSProvider Kv -Root '' -Store away
Disconnect-KvStore away
`$null = Connect-KvStore -InMemory -Name main
`$null = Set-KvValue app/a 1 -Store main
`$null = Lock-KvKey held -Store main
`$null = Enter-KvElection led -Store main
function New-LostLeadership {
    `$leadership = Enter-KvElection lost/e -Store main
    Remove-KvTree lost -Confirm:`$false -Store main
    `$leadership
}
function New-LostLock {
    `$lock = Lock-KvKey lost/k -Store main
    Set-KvValue lost/x 1 -Store main
    Remove-KvTree lost -Confirm:`$false -Store main
    `$lock
}
"@

    # What a script writes and how it ends, as the only script of a PowerShell: nothing is around it that would change what its errors do.
    $Runspace = [runspacefactory]::CreateRunspace()
    $Runspace.Open()
    function Invoke-Case([string] $Script) {
        $shell = [powershell]::Create($Runspace)
        try {
            $output = [Management.Automation.PSDataCollection[psobject]]::new()
            $stoppedBy = $null
            try {
                $shell.AddScript($Script, $true).Invoke($null, $output)
            } catch {
                $stoppedBy = $_.Exception.InnerException.ErrorRecord
            }

            [pscustomobject]@{
                Output = @($output | ForEach-Object { "$_" })
                Errors = @($shell.Streams.Error | ForEach-Object { ($_.FullyQualifiedErrorId -split ',')[0] })
                StoppedBy = $stoppedBy ? ($stoppedBy.FullyQualifiedErrorId -split ',')[0] : $null
                Location = $Runspace.SessionStateProxy.Path.CurrentLocation.Path
            }
        } finally {
            $shell.Dispose()
        }
    }

    $null = [powershell]::Create($Runspace).AddScript($SetUp).Invoke()
    $Location = $Runspace.SessionStateProxy.Path.CurrentLocation.Path

    function Get-CaseScript([string] $Script, [hashtable] $Form) {
        $command = $Script.Replace('<EA>', $Form.EA)
        $script = "$command; 'WORK'"
        $id = '($_.FullyQualifiedErrorId -split ",")[0]'
        $script = $Form['Try'] ? "try { $script } catch { 'CAUGHT ' + $id }" : $script
        $script = $Form['Trap'] ? "trap { 'TRAPPED ' + $id; continue }`n$script" : $script
        $script = $Form['Preference'] ? "`$ErrorActionPreference = '$($Form.Preference)'`n$script" : $script
        $script = $Form['Default'] ? "`$PSDefaultParameterValues = @{ '*:ErrorAction' = '$($Form.Default)' }`n$script" : $script
        $script + ($Form['Variable'] ? "`n'TOLD ' + `$told.Count" : '')
    }

    # A few files at a time, since most of what each does is to start.
    function Start-Case([string] $Path) {
        $start = [Diagnostics.ProcessStartInfo]::new($Pwsh, [string[]]('-NoProfile', '-NonInteractive', '-File', $Path))
        $start.RedirectStandardOutput = $start.RedirectStandardError = $start.RedirectStandardInput = $true
        $process = [Diagnostics.Process]::Start($start)
        $process.StandardInput.Close()
        [pscustomobject]@{ Process = $process; Output = $process.StandardOutput.ReadToEndAsync(); Errors = $process.StandardError.ReadToEndAsync() }
    }

    function Invoke-File([string[]] $Script) {
        $running = [Collections.Generic.Queue[object]]::new()
        $number = 0
        foreach ($one in $Script) {
            $path = Join-Path $TestFolder "case$(($number++)).ps1"
            Set-Content $path $one
            if ($running.Count -eq 3) {
                Complete-Case $running.Dequeue()
            }

            $running.Enqueue((Start-Case $path))
        }

        while ($running.Count -gt 0) {
            Complete-Case $running.Dequeue()
        }
    }

    function Complete-Case($Case) {
        $Case.Process.WaitForExit()
        [pscustomobject]@{ ExitCode = $Case.Process.ExitCode; Output = $Case.Output.Result.TrimEnd() -split '\r?\n'; Errors = $Case.Errors.Result }
        $Case.Process.Dispose()
    }
}

AfterAll {
    $Runspace.Dispose()
    Stop-TestServer
}

Describe 'Every command that can fail' {
    It 'has a row above' -ForEach @{ Rows = $rows } {
        $known = @($Rows.Command | Sort-Object -Unique)
        (Get-Command -Module Valkeyrie).Name | Where-Object { $_ -notin $known } | Should -BeNullOrEmpty

        # PowerShell's commands that ask a provider: those that take a path, and New-PSDrive.
        $verbs = Get-Command -Module Microsoft.PowerShell.Management -Noun Item, ChildItem, ItemProperty, ItemPropertyValue, Content, Location, Path, PSDrive
        $asksNothing = 'Get-Location', 'Pop-Location', 'Get-PSDrive', 'Remove-PSDrive'
        $notOnThisDrive = 'New-ItemProperty', 'Remove-ItemProperty', 'Copy-ItemProperty', 'Move-ItemProperty', 'Rename-ItemProperty'
        $verbs.Name | Should -Not -BeNullOrEmpty
        $verbs.Name | Where-Object { $_ -notin $known + $asksNothing + $notOnThisDrive } | Should -BeNullOrEmpty
    }

    It 'has a row above for a -Store that is not open' -ForEach @{ Rows = $rows } {
        $known = ($Rows | Where-Object Id -EQ KvStoreNotFound).Command
        Get-Command -Module Valkeyrie | Where-Object { $_.Parameters.ContainsKey('Store') -and $_.Name -notin $known } | Should -BeNullOrEmpty
    }
}

Describe 'A script after a failure' {
    It 'does in each form what the form says: <What>' -ForEach $cases {
        foreach ($form in $Forms) {
            $expected = $Ends ? $form.Ended : $form.Written
            $result = Invoke-Case (Get-CaseScript $Script $form)
            $markers = @(switch ($expected) {
                    'goes on' { 'WORK' }
                    'goes on silently' { 'WORK' }
                    'is caught' { "CAUGHT $Id" }
                    'is trapped' { "TRAPPED $Id", 'WORK' }
                }) + @($form['Variable'] ? "TOLD $Errors" : @())

            # Nothing else of a command that has ended either; the others may go on with their next key.
            $output = @($result.Output | Where-Object { $Ends -or $_ -cmatch '^(WORK|BLOCK|CAUGHT|TRAPPED|TOLD)' })
            $what = "with '$($form.Form)' it $expected"
            $output -join ' ' | Should -BeExactly ($markers -join ' ') -Because $what
            $result.Errors.Count | Should -Be ($expected -eq 'goes on' ? $Errors : 0) -Because $what
            $result.Errors | Select-Object -First 1 | Should -Be ($expected -eq 'goes on' ? $Id : $null) -Because $what
            $result.StoppedBy | Should -Be ($expected -eq 'stops' ? $Id : $null) -Because $what
            $result.Location | Should -Be $Location -Because $what
        }
    }
}

Describe 'A file with -ErrorAction Stop' -Tag Files -ForEach @{ Files = $files } {
    BeforeAll {
        $outcomes = @{}
        $scripts = @($Files | ForEach-Object { "$SetUp`n'BEFORE'`n$($_.Script.Replace('<EA>', '-ErrorAction Stop'))`n'WORK'" })
        $results = @(Invoke-File $scripts)
        for ($i = 0; $i -lt $results.Count; $i++) {
            $outcomes[$Files[$i].Script] = $results[$i]
        }
    }

    It 'ends with exit code 1: <What>' -ForEach $files {
        $end = $outcomes[$Script]
        $end.Output | Should -Be BEFORE
        $end.Errors | Should -Not -BeNullOrEmpty
        $end.ExitCode | Should -Be 1
    }
}
