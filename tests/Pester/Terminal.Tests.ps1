# Nothing stored paints: every view, every error and every cmdlet is shown with keys, values and words of servers by which somebody would control the terminal.
# What is new needs a row here, or this fails: a view in $views, a cmdlet in $commands. Errors need none: they are made by reflection.

BeforeDiscovery {
    # The views by their names, and what makes an object for each, in one line of PowerShell. $h and $k are the hostile text and key.
    $views = @{
        'KvPair table'                 = { Get-KvValue $k }
        'KvPair list'                  = { Get-KvValue $k }
        'KvPair lifetime table'        = { Get-KvTree -Prefix $k -IncludeTtl }
        'KvEvent table'                = { Watch-KvKey $k -PreviousValue -Timeout 60 | Select-Object -First 1 }
        'KvEvent list'                 = { Set-KvValue $k "2$h"; Watch-KvKey $k -FromRevision (Get-KvValue $k).Revision -PreviousValue -Timeout 60 | Select-Object -First 1 }
        'KvLock table'                 = { $lock }
        'KvLock list'                  = { $lock }
        'KvLockStatus table'           = { Get-KvLock "locked$k" }
        'KvLockStatus list'            = { Get-KvLock "locked$k" }
        'KvLeadership table'           = { $leadership }
        'KvLeadership list'            = { $leadership }
        'KvElection table'             = { Get-KvElection "led$k" }
        'KvElection list'              = { Get-KvElection "led$k" }
        'KvElectionEvent table'        = { Watch-KvElection "led$k" -Timeout 60 | Select-Object -First 1 }
        'KvElectionEvent list'         = { Watch-KvElection "led$k" -Timeout 60 | Select-Object -First 1 }
        'KvLease table'                = { Get-KvLease $lease }
        'KvLease list'                 = { Get-KvLease $lease }
        'KvCondition table'            = { New-KvCondition $k -Value $h }
        'KvCondition list'             = { New-KvCondition $k -Value $h }
        'Transaction table'            = { $transaction }
        'Transaction list'             = { $transaction }
        "Transaction's operation table" = { $transaction.Results }
        "Transaction's operation list" = { $transaction.Results }
        'Store table'                  = { $connection }
        'Store list'                   = { $connection }
        'Promises list'                = { $connection.Store.Info.Promises }
        'Drive item table'             = { Get-ChildItem kv:/ -Recurse }
        'Registered store table'       = { $registered }
        'Snapshot table'               = { Save-KvSnapshot (Join-Path $TestFolder "snapshot$h.db") }
        'Snapshot list'                = { Save-KvSnapshot (Join-Path $TestFolder "snapshot$h.db") }
        'Member table'                 = { $member }
        'Member list'                  = { $member }
        'Member status table'          = { $status }
        'Member status list'           = { $status }
        'Hash table'                   = { $hash }
        'Measurement table'            = { [Valkeyrie.KvMeasurement]::new($h, $h) }
        'Alarm table'                  = { $alarm }
        'User table'                   = { $user }
        'Role table'                   = { $role }
        'Permission table'             = { $role.Permissions }
        'Endpoint table'               = { Test-KvStore $connection }
        'Tree difference table'        = { Compare-KvTree a b -IncludeEqual }
        'Tree copy table'              = { Copy-KvTree -Path a -Destination copied -PassThru }
        'Mirror table'                 = { $mirrored }
    }
    $shown = ([xml] (Get-Content $PSScriptRoot/../../module/Valkeyrie.Format.ps1xml -Raw)).Configuration.ViewDefinitions.View |
        ForEach-Object { @{ Name = $_.Name; IsList = $null -ne $_.ListControl; Wraps = $null -ne $_.SelectSingleNode('.//Wrap'); Make = $views[$_.Name] } }
    $types = @(
        ([xml] (Get-Content $PSScriptRoot/../../module/Valkeyrie.Format.ps1xml -Raw)).SelectNodes('//ViewSelectedBy/TypeName').InnerText
        ([xml] (Get-Content $PSScriptRoot/../../module/Valkeyrie.Types.ps1xml -Raw)).Types.Type.Name
        'Valkeyrie.PowerShell.KvDriveInfo'
    ) | Sort-Object -Unique

    # What each cmdlet says of hostile things, in an error, a warning, with -Verbose or -WhatIf. In a PowerShell of its own: what -WhatIf says, only a host gets.
    $commands = @{
        'Add-KvMember'         = { Add-KvMember $h; Add-KvMember $h -WhatIf }
        'Clear-KvAlarm'        = { Clear-KvAlarm $h NoSpace; Clear-KvAlarm 1 $h }
        'Clear-KvHistory'      = { Clear-KvHistory 1 -WhatIf; Clear-KvHistory $h }
        'Compare-KvTree'       = { Compare-KvTree $k $k -Verbose; Compare-KvTree -ReferencePath a -DifferencePath "./$h.json" }
        'Connect-KvStore'      = { Connect-KvStore $h; Connect-KvStore -Path "/none/$h/x.db"; Connect-KvStore -InMemory -Name $h -Verbose | Disconnect-KvStore; Connect-KvStore 'reg' -Verbose }
        'Copy-KvTree'          = { Copy-KvTree -Path a -Destination $k -WhatIf; Copy-KvTree $k -Destination $k; Copy-KvTree -Path $k -Destination b }
        'Disconnect-KvStore'   = { Disconnect-KvStore $h; Disconnect-KvStore $open -WhatIf }
        'Enter-KvElection'     = { Enter-KvElection "led$k" -Timeout 0; Enter-KvElection "w$k" -WhatIf }
        'Exit-KvElection'      = { $leadership | Exit-KvElection -WhatIf; Exit-KvElection $h }
        'Export-KvTree'        = { Export-KvTree -Path a -FilePath "./$h.json" -WhatIf; Export-KvTree $k ./x.json; Export-KvTree -Path a -FilePath "/none/$h/x.json" }
        'Get-KvAlarm'          = { Get-KvAlarm }
        'Get-KvElection'       = { Get-KvElection "$k`0"; Get-KvElection -Path "$k`0" }
        'Get-KvHash'           = { Get-KvHash; Get-KvHash -Revision $h }
        'Get-KvHistory'        = { Get-KvHistory "none$k" }
        'Get-KvLease'          = { Get-KvLease $h }
        'Get-KvMember'         = { Get-KvMember }
        'Get-KvStatus'         = { Get-KvStatus }
        'Get-KvLock'           = { Get-KvLock "$k`0"; Get-KvLock -Path "$k`0" }
        'Get-KvStore'          = { Get-KvStore $h; Get-KvStore $h -Registered }
        'Get-KvTree'           = { Get-KvTree $k; Get-KvTree "*$k" }
        'Get-KvValue'          = { Get-KvValue "none$k"; Get-KvValue $k -AsJson; Get-KvValue "*$k"; Get-KvValue a -Store $h; Get-KvValue $k -OutFile "/none/$h"; Get-KvValue $k -OutFile "./$h" -WhatIf }
        'Import-KvTree'        = { Import-KvTree "./$h.json" a; Import-KvTree ./hostile.json a; Import-KvTree ./hostile.csv a; Import-KvTree ./twice.json a; Import-KvTree ./good.json $k -WhatIf; Import-KvTree ./hostile.yaml a; Import-KvTree ./hostile.env a; @{ $k = Get-Process -Id $PID } | Import-KvTree a; @{ $k = $null } | Import-KvTree a }
        'Invoke-KvTransaction' = { Invoke-KvTransaction -If (New-KvCondition $k -Value $h) -Then { Set-KvValue $k $h } -WhatIf; Invoke-KvTransaction -Then { Set-KvValue $k 1; Set-KvValue $k 2 } }
        'Lock-KvKey'           = { Lock-KvKey $k -Timeout 0; Lock-KvKey "w$k" -WhatIf }
        'Move-KvClusterLeader' = { Move-KvClusterLeader $h }
        'New-KvCondition'      = { New-KvCondition "$k`0" -Exists; New-KvCondition $k -Revision $h }
        'New-KvLease'          = { New-KvLease $h; New-KvLease 10 -WhatIf }
        'Measure-KvStore'      = { Measure-KvStore $h -Count 1 -Verbose; Measure-KvStore $h -WhatIf }
        'Optimize-KvStore'     = { Optimize-KvStore $h; Optimize-KvStore -Timeout $h }
        'Register-KvStore'     = { Register-KvStore $h -Path ./x.db; Register-KvStore reg -Path "/x/$h" -WhatIf }
        'Remove-KvLease'       = { Remove-KvLease $h; Remove-KvLease 1 -WhatIf }
        'Remove-KvMember'      = { Remove-KvMember $h -WhatIf; Remove-KvMember $h -Confirm:$false }
        'Remove-KvTree'        = { Remove-KvTree $k -WhatIf; Remove-KvTree $k -Confirm:$false }
        'Remove-KvValue'       = { Remove-KvValue $k -WhatIf; Remove-KvValue "none$k" }
        'Save-KvSnapshot'      = { Save-KvSnapshot "./$h.db" -WhatIf; Save-KvSnapshot "/none/$h.db"; Save-KvSnapshot "env:$h" }
        'Select-KvStore'       = { Select-KvStore $h; Get-KvStore | Select-KvStore; @{} | Select-KvStore; Select-KvStore $open -PassThru }
        'Set-KvElection'       = { Set-KvElection $leadership $h -WhatIf; $gone = Enter-KvElection "gone$k"; Exit-KvElection $gone; Set-KvElection $gone 1 }
        'Get-KvUser' = { Get-KvUser $h }
        'New-KvUser' = { New-KvUser $h -NoPassword; New-KvUser $h -NoPassword -WhatIf }
        'Set-KvUser' = { Set-KvUser $h ([securestring]::new()) }
        'Remove-KvUser' = { Remove-KvUser $h -WhatIf; Remove-KvUser $h -Confirm:$false }
        'Get-KvRole' = { Get-KvRole $h }
        'New-KvRole' = { New-KvRole $h }
        'Remove-KvRole' = { Remove-KvRole $h -WhatIf; Remove-KvRole $h -Confirm:$false }
        'Grant-KvRole' = { Grant-KvRole $h $h; Grant-KvRole $h $h -WhatIf }
        'Revoke-KvRole' = { Revoke-KvRole $h $h }
        'Grant-KvPermission' = { Grant-KvPermission $h $h -Access Read; Grant-KvPermission $h $h -Access $h }
        'Revoke-KvPermission' = { Revoke-KvPermission $h $h }
        'Enable-KvAuthentication' = { Enable-KvAuthentication ([pscredential]::new("x$h", [securestring]::new())) -Confirm:$false }
        'Disable-KvAuthentication' = { Disable-KvAuthentication -Confirm:$false }
        'Test-KvAuthentication' = { Test-KvAuthentication }
        'Set-KvMember'         = { Set-KvMember $h -Promote; Set-KvMember $h $h -WhatIf }
        'Set-KvValue'          = { Set-KvValue $k 1 -WhatIf; Set-KvValue $k 1 -NoClobber; Set-KvValue "$k`0" 1; Set-KvValue a 1 -Ttl $h; Set-KvValue $k 1 -IfRevision 99; Set-KvValue a -InFile "./none$h" }
        'Sync-KvTree'          = { Sync-KvTree -Path a -Destination $k -Once -WhatIf; Sync-KvTree $k "$k/x"; Sync-KvTree -Path a -Destination $k -Once -Verbose; Sync-KvTree -Path a -Destination b -StatePath "/none/$h.json" }
        'Test-KvKey'           = { Test-KvKey "$k`0" }
        'Test-KvStore'         = { Test-KvStore $h; Test-KvStore $open; Test-KvStore $open -Timeout $h }
        'Unlock-KvKey'         = { $lock | Unlock-KvKey -WhatIf; Unlock-KvKey $h }
        'Unregister-KvStore'   = { Unregister-KvStore $h -Confirm:$false; Unregister-KvStore $h -WhatIf }
        'Register-KvWatch'     = { Register-KvWatch $k { } -SourceIdentifier $h -WhatIf; Register-KvWatch "$k`0"; Register-KvWatch $k -SourceIdentifier $h; Register-KvWatch $k -SourceIdentifier $h; Unregister-Event $h }
        'Update-KvValue'       = { Update-KvValue "none$k" { 1 } -MustExist; Update-KvValue $k { throw $h }; Update-KvValue $k { 1 } -WhatIf; Update-KvValue $k { 1 } -AsJson }
        'Wait-KvKey'           = { Wait-KvKey "none$k" -Timeout 0; Wait-KvKey "$k`0" }
        'Update-KvLease'       = { Update-KvLease $h; Update-KvLease 1 -WhatIf; Update-KvLease 1 }
        'Use-KvElection'       = { Use-KvElection "led$k" -Timeout 0 { }; Use-KvElection "w$k" { } -WhatIf }
        'Use-KvLock'           = { Use-KvLock $k -Timeout 0 { }; Use-KvLock "w$k" { } -WhatIf }
        'Watch-KvElection'     = { Watch-KvElection "$k`0" -Timeout 1 }
        'Watch-KvKey'          = { Watch-KvKey "$k`0" -Timeout 1 }
        'Watch-KvTree'         = { Watch-KvTree "$k`0" -Timeout 1 }

        # The drive's, by PowerShell's own cmdlets. $p is the path of the key.
        'The drive'            = {
            Get-Item -LiteralPath $p | Remove-Item -WhatIf; Get-Item -LiteralPath $p | Copy-Item -Destination kv:/c -WhatIf; Get-Item -LiteralPath $p | Move-Item -Destination kv:/c -WhatIf
            New-Item $p -Value 1; Set-Item -LiteralPath $p 1 -WhatIf; Clear-Content -LiteralPath $p -WhatIf; Rename-Item -LiteralPath $p "a/$h"; New-Item $p -ItemType $h
            Get-Content -LiteralPath $p/none; New-PSDrive hostile Kv $h -Store $h; New-PSDrive shown Kv $h; Get-ChildItem kv:/ -Name; Get-ChildItem kv:/ -Recurse
            Resolve-Path -LiteralPath $p; Get-ItemProperty -LiteralPath $p -Name Revision; Set-Location -LiteralPath "$p"; "$PWD"; Set-Location kv:/; Get-PSDrive -PSProvider Kv
        }
    }
    $exported = (Import-PowerShellDataFile $PSScriptRoot/../../Valkeyrie.psd1).CmdletsToExport
    $spoken = $exported + 'The drive' | ForEach-Object { @{ Name = $_; Run = $commands[$_] } }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/HostileText.ps1
    $h = $Hostile
    $k = $HostileKey
    # A server's version is what it says.
    $version = ConvertTo-Json @{ etcdserver = $h; etcdcluster = $h; action = 'get'; node = @{ key = '/'; dir = $true } } -Compress
    $answer = [Text.Encoding]::UTF8.GetBytes("HTTP/1.1 200 OK`r`nX-Etcd-Index: 7`r`nContent-Type: application/json`r`nContent-Length: $([Text.Encoding]::UTF8.GetByteCount($version))`r`n`r`n$version")
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $answering = Start-ThreadJob -ArgumentList $listener, $answer {
        param($listener, $answer)
        $ErrorActionPreference = 'Stop'
        while ($true) {
            $client = $listener.AcceptTcpClient()
            $stream = $client.GetStream()
            $null = $stream.Read([byte[]]::new(65536))
            $stream.Write($answer)
            $client.Client.Shutdown('Send')
        }
    }
    $connection = Connect-KvStore "127.0.0.1:$($listener.LocalEndpoint.Port)" -ApiVersion 2 -Name "v2$h" -Namespace $h

    $server = Connect-KvStore -InMemory -Name 'main'
    Set-KvValue $k $h
    "a/$k", "b/$k" | Set-KvValue -Value $h
    $lock = Lock-KvKey "locked$k" -Owner $h
    $leadership = Enter-KvElection "led$k" -Value $h
    $lease = New-KvLease 300
    1..2 | ForEach-Object { Set-KvValue "leased$_$k" $h -Lease $lease }

    # What a cluster says of itself.
    $member = [Valkeyrie.KvMember]::new($h)
    ($member.Name, $member.PeerAddresses, $member.ClientAddresses) = ($h, [string[]] @($h), [string[]] @($h))
    $status = [Valkeyrie.KvMemberStatus]::new($h)
    ($status.MemberId, $status.Version, $status.Problems) = ($h, $h, [string[]] @($h))
    $hash = [Valkeyrie.KvHash]::new($h, 1, 2, 1)
    $alarm = [Valkeyrie.KvAlarm]::new($h, $h)
    $user = [Valkeyrie.KvUser]::new($h, [string[]] @($h))
    $role = [Valkeyrie.KvRole]::new($h, [Valkeyrie.KvPermission[]] @([Valkeyrie.KvPermission]::new('Read', $h, $h)))
    $mirrored = [Valkeyrie.KvTreeMirrorStatus]::new('Away', 1, 2, 3, 4, 5)
    $mirrored.Outage = [Valkeyrie.KvTimeoutException]::new($h, $null)
    $transaction = Invoke-KvTransaction -Then { Set-KvValue "tx$k" $h; Get-KvValue $k }

    # A file of registered stores that somebody else has written.
    $assembly = (Get-Command Get-KvValue).ImplementingType.Assembly
    $register = $assembly.GetType('Valkeyrie.PowerShell.Sessions.StoreRegister', $true).GetProperty('Path').GetValue($null)
    $null = New-Item -ItemType Directory (Split-Path $register) -Force
    ConvertTo-Json @{ Name = 'n'; Path = Join-Path $TestFolder "x$h"; Namespace = $h } -AsArray | Set-Content $register
    $registered = Get-KvStore -Registered
    Remove-Item $register

    # What a store says of itself: its address and version are its own words.
    Add-TestStore HostileStore
    $stranger = [HostileStore]::Saying($h)

    function Assert-Visible($Object, [string] $Because) {
        Find-Hidden (Show-AsTerminal $Object) | Should -BeNullOrEmpty -Because $Because
    }
}

AfterAll {
    $listener.Stop()
    $answering | Wait-Job | Remove-Job
    Stop-TestServer
}

Describe 'The view <Name>' -ForEach $shown {
    It 'has a row in this test' {
        $Make | Should -Not -BeNullOrEmpty -Because "the view '$Name' needs an entry in `$views that makes a hostile object for it"
    }

    It 'shows nothing as it is that does not show' {
        $objects = @(. $Make)
        $objects.Count | Should -BeGreaterThan 0
        $format = $IsList ? { $input | Format-List } : { $input | Format-Table }
        foreach ($object in $objects) {
            $text = Show-AsTerminal $object $format
            Find-Hidden $text | Should -BeNullOrEmpty -Because "'$Name' shows it"
            if (-not $IsList -and -not $Wraps) {
                ($text -replace '\e\[[0-9;]*m' -split '\r?\n' | Where-Object { $_.Trim() -and $_ -notmatch '^\s*(-+\s*)+$|Directory: ' }).Count |
                    Should -Be 2 -Because "a row of '$Name' is one line, below that of the headers"
            }
        }

        # Every place from which text could come has its own words in it.
        $text | Should -Match '[\u2400-\u2421]|<U\+|%1B|^\s*$|IsCurrent|memory:|EveryChange'
    }
}

Describe 'Objects of several types among each other' {
    It 'show nothing as it is, each text under the name of its property: <_>' -ForEach $types {
        $type = $_

        # PowerShell uses no view for them: it has begun with that of the first object.
        $ofType = switch ($type) {
            'Valkeyrie.PowerShell.KvConnection' { $server }
            'Valkeyrie.KvLock' { $lock }
            'Valkeyrie.KvLockStatus' { Get-KvLock "locked$k" }
            'Valkeyrie.KvLeadership' { $leadership }
            'Valkeyrie.KvElection' { Get-KvElection "led$k" }
            'Valkeyrie.KvElectionEvent' { Watch-KvElection "led$k" -Timeout 60 | Select-Object -First 1 }
            'Valkeyrie.KvPair' { Get-KvValue $k }
            'Valkeyrie.KvPair#Lifetime' { Get-KvValue $k -IncludeTtl }
            'Valkeyrie.KvEvent' { Watch-KvKey $k -Timeout 60 | Select-Object -First 1 }
            'Valkeyrie.KvLease' { Get-KvLease $lease }
            'Valkeyrie.PowerShell.KvTransactionOutcome' { $transaction }
            'Valkeyrie.PowerShell.KvSnapshotFile' { Save-KvSnapshot (Join-Path $TestFolder "snapshot$h.db") }
            'Valkeyrie.PowerShell.KvOperationOutcome' { $transaction.Results }
            'Valkeyrie.KvPair#Drive' { Get-ChildItem kv:/ | Where-Object { $_ -is [Valkeyrie.KvPair] } | Select-Object -First 1 }
            'Valkeyrie.PowerShell.KvDriveInfo' { New-PSDrive hostile Kv $h }
            'Valkeyrie.PowerShell.KvDirectory' { Get-ChildItem kv:/ -Recurse -Directory | Select-Object -First 1 }
            'Valkeyrie.KvCondition' { New-KvCondition $k -Value $h }
            'Valkeyrie.KvTreeDifference' { Compare-KvTree a b -IncludeEqual }
            'Valkeyrie.KvTreeCopyResult' { Copy-KvTree -Path a -Destination copied -PassThru }
            'Valkeyrie.KvTreeMirrorStatus' { $mirrored }
            'Valkeyrie.PowerShell.KvRegisteredStore' { $registered }
            'Valkeyrie.KvMember' { $member }
            'Valkeyrie.KvMemberStatus' { $status }
            'Valkeyrie.KvHash' { $hash }
            'Valkeyrie.KvMeasurement' { [Valkeyrie.KvMeasurement]::new($h, $h) }
            'Valkeyrie.KvAlarm' { $alarm }
            'Valkeyrie.KvUser' { $user }
            'Valkeyrie.KvRole' { $role }
            'Valkeyrie.KvPermission' { $role.Permissions }
            'Valkeyrie.KvEndpointStatus' { Test-KvStore $connection }
            'Valkeyrie.KvPromises' { $connection.Store.Info.Promises }
            default { throw "The type '$type' needs a line here that makes a hostile object of it." }
        }
        $among = @([version] '1.0'; $ofType)
        Assert-Visible $among "$type among others"

        # A label may also name what an outcome has in its pair, or the column of a view that shows two properties.
        $column = @{ 'Valkeyrie.KvCondition' = 'Key', 'Operand'; 'Valkeyrie.KvPermission' = 'Keys' }[$type]
        $text = ($among | Out-String -Width 1000) -replace '\e\[[0-9;]*m'
        $labels = [regex]::Matches($text, '(?m)^(\w+) *: ').ForEach{ $_.Groups[1].Value } | Sort-Object -Unique
        $labels.Count | Should -BeGreaterThan 1 -Because $text
        $names = (@($ofType)[0].PSObject.Properties.Name + @($ofType)[0].Pair.PSObject.Properties.Name -notlike 'Display*') + $column
        $labels | Where-Object { $_ -notin $names } | Should -BeNullOrEmpty -Because "a script finds each text of '$type' under its label"
    }
}

Describe 'An error' {
    BeforeAll {
        # An argument of a type, hostile wherever it can be.
        function New-Hostile([type] $Type) {
            if ($Type -eq [string]) { return "$h" }
            if ($Type -eq [Valkeyrie.KvStoreInfo]) { return [Valkeyrie.KvStoreInfo]::new('etcd', "etcd://$h", [string[]] @($h), $h, $h, $connection.Store.Info.Promises) }
            if ($Type -eq [Valkeyrie.KvPair]) {
                $pair = [Valkeyrie.KvPair]::new([Text.Encoding]::UTF8.GetBytes($h))
                $pair.Key = "$h"
                return $pair
            }
            if ($Type -eq [Exception]) { return [IO.IOException]::new($h) }
            if ($Type -eq [object]) { return $k }
            if ([Exception].IsAssignableFrom($Type)) {
                $type = $Type.IsAbstract ? [Valkeyrie.KvKeyNotFoundException] : $Type
                $constructor = $type.GetConstructors() | Sort-Object { $_.GetParameters().Count } -Descending |
                    Where-Object { -not ($_.GetParameters() | Where-Object { $_.ParameterType -notin [string], [Exception], [Valkeyrie.KvException], [long], [Nullable[long]], [int], [bool], [timespan], [Valkeyrie.KvStoreInfo], [Valkeyrie.KvPair] -and -not $_.ParameterType.IsEnum }) } |
                    Select-Object -First 1
                return $constructor.Invoke([object[]] @($constructor.GetParameters() | ForEach-Object { New-Hostile $_.ParameterType }))
            }
            if ($Type.IsValueType) { return [Activator]::CreateInstance($Type) }
            if ($Type -eq [Type]) { return [string] }
            throw "Errors take a ${Type}: New-Hostile needs a line that makes one."
        }

        $records = $assembly.GetType('Valkeyrie.PowerShell.Errors.ErrorRecords', $true)
        $visible = $assembly.GetType('Valkeyrie.PowerShell.Errors.VisibleError', $true).GetMethod('Of', [Reflection.BindingFlags] 'Static, Public, NonPublic', [type[]] @([Management.Automation.ErrorRecord]))
        $methods = $records.GetMethods([Reflection.BindingFlags] 'Static, Public, NonPublic, DeclaredOnly') |
            Where-Object { $_.ReturnType -eq [Management.Automation.ErrorRecord] -and -not $_.IsPrivate -and $_.Name -notlike '*<*' }

        function Assert-VisibleError($Record, [string] $Because) {
            foreach ($text in "$Record", $Record.Exception.Message, $Record.ErrorDetails.Message, $Record.CategoryInfo.TargetName, "$($Record.CategoryInfo)") {
                Find-Hidden $text | Should -BeNullOrEmpty -Because $Because
                $text | Should -Not -Match '\n' -Because "$Because has one line"
            }

            foreach ($view in 'ConciseView', 'NormalView', 'CategoryView', 'DetailedView') {
                $ErrorView = $view
                $text = $Record | Out-String -Width 4000
                $view -eq 'DetailedView' -or -not (Find-Hidden $text) | Should -BeTrue -Because "$Because in $view"
            }
        }
    }

    It 'of every kind that the module makes shows nothing as it is' {
        $methods.Count | Should -BeGreaterThan 10
        $made = foreach ($method in $methods) {
            $record = $method.Invoke($null, [object[]] @($method.GetParameters() | ForEach-Object { New-Hostile $_.ParameterType }))
            $shown = $visible.Invoke($null, @($record))
            Assert-VisibleError $shown $method.Name
            $shown.FullyQualifiedErrorId
        }

        # Each id that is written in the source has been seen.
        $ids = [regex]::Matches((Get-Content $PSScriptRoot/../../src/Valkeyrie.PowerShell/Errors/ErrorRecords.cs -Raw), '"(Kv[A-Z]\w+)"') | ForEach-Object { $_.Groups[1].Value }
        $ids | Where-Object { $_ -notin $made } | Should -BeNullOrEmpty -Because 'every id has its method in ErrorRecords'
    }

    It 'of every code of a store shows nothing as it is: <_>' -ForEach @(
        Get-Content $PSScriptRoot/../../src/Valkeyrie/KvErrorCode.cs | Where-Object { $_ -match '^    (\w+),$' } | ForEach-Object { $_.Trim(' ,') }
    ) {
        $code = $_
        $type = [Valkeyrie.KvException].Assembly.GetTypes() | Where-Object { $_.IsSubclassOf([Valkeyrie.KvException]) } |
            Where-Object { (New-Hostile $_).Code -eq $code }
        $failure = $type ? (New-Hostile $type) : [Valkeyrie.KvException]::new($code, "$h")
        $record = $records.GetMethod('From').Invoke($null, @($failure, $k))
        Assert-VisibleError ($visible.Invoke($null, @($record))) $code
    }

    It 'leaves a script the key as it is' {
        $failure = Get-ErrorOf { Get-KvValue "none$k" }
        $failure.TargetObject | Should -BeExactly "none$k"
        $failure.Exception.Key | Should -BeExactly "none$k"
    }
}

Describe 'What <Name> says' -ForEach $spoken {
    It 'has a row in this test' {
        $Run | Should -Not -BeNullOrEmpty -Because "the cmdlet '$Name' needs an entry in `$commands that makes it speak of hostile things"
    }
}

Describe 'What cmdlets say' {
    It 'goes through one place' {
        foreach ($name in $exported) {
            (Get-Command $name).ImplementingType.IsSubclassOf($assembly.GetType('Valkeyrie.PowerShell.Pipeline.VisibleCmdlet', $true)) | Should -BeTrue -Because $name
        }
    } -TestCases @{ exported = $exported }

    It 'shows nothing as it is, be it an error, a warning, -Verbose or -WhatIf' -TestCases @{ spoken = $spoken } {
        [IO.File]::WriteAllText("$TestFolder/hostile.json", (ConvertTo-Json @{ Key = "x$h"; Value = $h; Encoding = $h } -AsArray))
        [IO.File]::WriteAllText("$TestFolder/hostile.yaml", "? `"$($h -replace '[^\x1b]')`"`n: `"$($h -replace '["\\]')`"`nx: *none`n")
        [IO.File]::WriteAllText("$TestFolder/hostile.env", "$h`n")
        [IO.File]::WriteAllText("$TestFolder/hostile.csv", "$($h -replace '[\r\n,]'),Other`n1,2`n")
        [IO.File]::WriteAllText("$TestFolder/twice.json", (ConvertTo-Json @(@{ Key = "x$h"; Value = '1' }, @{ Key = "x$h"; Value = '2' })))
        [IO.File]::WriteAllText("$TestFolder/good.json", '[{"Key":"x","Value":"1"}]')
        $rows = $spoken | ForEach-Object { "'#row $($_.Name)'`nSelect-KvStore `$open`n$($_.Run)`n" }
        [IO.File]::WriteAllText("$TestFolder/rows.ps1", @"
`$ErrorView = 'NormalView'
`$PSStyle.OutputRendering = 'Ansi'
[Console]::OutputEncoding = [Text.UTF8Encoding]::new(`$false)
Import-Module '$ModulePath'
. '$PSScriptRoot/HostileText.ps1'
`$h = `$Hostile; `$k = `$HostileKey
`$open = Connect-KvStore -InMemory -Name "main`$h"
Set-KvValue `$k `$h; "a/`$k", "b/`$k" | Set-KvValue -Value `$h
`$p = (Get-ChildItem kv:/ | Where-Object Key -eq `$k).PSPath
`$lock = Lock-KvKey `$k
`$leadership = Enter-KvElection "led`$k" -Value `$h
Set-Location '$TestFolder'
$($rows -join "`n")
"@)
        $start = [Diagnostics.ProcessStartInfo]::new($Pwsh, [string[]] @('-NoProfile', '-NonInteractive', '-Command', ". '$TestFolder/rows.ps1' *>&1"))
        $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        $start.StandardOutputEncoding = $start.StandardErrorEncoding = [Text.UTF8Encoding]::new($false)
        $start.WorkingDirectory = $TestFolder
        $process = [Diagnostics.Process]::Start($start)
        $errors = $process.StandardError.ReadToEndAsync()
        $said = $process.StandardOutput.ReadToEnd()
        $process.WaitForExit()
        $parts = $said -split '(?m)^#row '
        $parts.Count | Should -Be ($spoken.Count + 1) -Because "each row has spoken: $($errors.Result)"
        foreach ($part in $parts) {
            # PowerShell's own words on what was typed are not the module's to change: it quotes the line, and a path that is not there.
            $name = ($part -split '\n')[0].Trim()
            Find-Hidden $part | Should -BeNullOrEmpty -Because "'$name' said it"
        }
    }

    It 'is also seen in progress' {
        Add-TestStore HeldStore
        $held = [HeldStore]::new($server.Store, 1, $false)
        "p/1$k", "p/2$k", "p/3$k" | Set-KvValue -Value 1
        $progress = Get-ProgressOf "Copy-KvTree p -Destination q -Store main -DestinationStore `$held" $held
        foreach ($record in $progress) {
            Find-Hidden "$($record.Activity) $($record.StatusDescription) $($record.CurrentOperation)" | Should -BeNullOrEmpty
        }
    }

    It 'is made visible where a store that somebody else wrote says it' {
        $failure = Get-ErrorOf { Get-KvHistory a -Store $stranger }
        Find-Hidden "$failure $($failure.Exception.Message) $($failure.CategoryInfo)" | Should -BeNullOrEmpty
    }
}

Describe 'Data' {
    BeforeAll {
        $bytes = [byte[]] (0..255)
        Set-KvValue 'data/bytes' $bytes
        Set-KvValue "data/$k" $h
    }

    It 'comes back byte for byte by <Name>' -ForEach @(
        @{ Name = '-ValueOnly'; Read = { Get-KvValue "data/$k" -ValueOnly } }
        @{ Name = '.Value'; Read = { (Get-KvValue "data/$k").Value } }
        @{ Name = '.Bytes'; Read = { [Text.Encoding]::UTF8.GetString((Get-KvValue "data/$k").Bytes) } }
        @{ Name = 'Get-KvTree'; Read = { (Get-KvTree data | Where-Object Key -NE data/bytes).Value } }
        @{ Name = 'Watch-KvKey'; Read = { (Watch-KvKey "data/$k" -Timeout 60 | Select-Object -First 1).Value } }
        @{ Name = 'Get-Content -Raw'; Read = { Get-Content -LiteralPath (Get-ChildItem kv:/data | Where-Object Key -EQ "data/$k").PSPath -Raw } }
        @{ Name = 'a file of JSON'; Read = { Export-KvTree data "$TestFolder/d.json" -Force; Import-KvTree "$TestFolder/d.json" back; Get-KvValue "back/$k" -ValueOnly } }
        @{ Name = 'a file of CSV'; Read = { Export-KvTree data "$TestFolder/d.csv" -Force; Import-KvTree "$TestFolder/d.csv" back2; Get-KvValue "back2/$k" -ValueOnly } }
        @{ Name = 'a configuration in JSON'; Read = { Export-KvTree data "$TestFolder/n.json" -Nested; Import-KvTree "$TestFolder/n.json" back3; Get-KvValue "back3/$k" -ValueOnly } }
        @{ Name = 'a configuration in YAML'; Read = { Export-KvTree data "$TestFolder/n.yaml"; Import-KvTree "$TestFolder/n.yaml" back4; Get-KvValue "back4/$k" -ValueOnly } }
        @{ Name = 'a data file of PowerShell'; Read = { Export-KvTree data "$TestFolder/n.psd1"; Import-KvTree "$TestFolder/n.psd1" back5; Get-KvValue "back5/$k" -ValueOnly } }
        @{ Name = 'lines of KEY=VALUE'; Read = { Export-KvTree data "$TestFolder/n.env"; Import-KvTree "$TestFolder/n.env" back6; Get-KvValue "back6/$k" -ValueOnly } }
        @{ Name = 'a hashtable'; Read = { Get-KvTree data -AsHashtable | Import-KvTree back7; Get-KvValue "back7/$k" -ValueOnly } }
        @{ Name = 'ConvertTo-Json'; Read = { Set-KvValue json/text $h; Get-KvValue json/text | ConvertTo-Json | Set-Content "$TestFolder/p.json"; Import-KvTree "$TestFolder/p.json" back8; Get-KvValue back8/json/text -ValueOnly } }
    ) {
        & $Read | Should -BeExactly $h
    }

    It 'of a key is the key: in objects, in names and on the drive' {
        (Get-KvTree data -KeysOnly).Key | Should -Contain "data/$k"
        "$(Get-KvValue "data/$k")" | Should -BeExactly "data/$k"
        (Get-KvTree data).Key | Get-KvValue -ValueOnly | Should -HaveCount 2
        (Get-ChildItem kv:/data | Get-Item).Key | Should -Contain "data/$k"
        (Get-KvHistory "data/$k").Key | Should -BeExactly "data/$k"
    }

    It 'of bytes is the bytes' {
        Compare-Object (Get-KvValue data/bytes).Bytes $bytes | Should -BeNullOrEmpty
        Compare-Object (Get-Content kv:/data/bytes -AsByteStream) $bytes -SyncWindow 0 | Should -BeNullOrEmpty
    }

    It 'has no property more, where all of an object is taken' {
        (Get-KvValue data/bytes | Select-Object *).PSObject.Properties.Name | Where-Object { $_ -like 'Display*' } | Should -BeNullOrEmpty
        Get-KvValue data/bytes | ConvertTo-Json | Should -Not -BeLike '*Display*'
        $server | Select-Object * | ConvertTo-Json -Depth 1 -WarningAction Ignore | Should -Not -BeLike '*Display*'
        (Get-KvValue data/bytes | Get-Member).Name | Should -Not -Contain DisplayKey
    }
}

Describe 'A table of what comes in large numbers' {
    It 'of <_> runs no script for a row' -ForEach @('Valkeyrie.KvPair', 'Valkeyrie.KvEvent', 'Valkeyrie.KvTreeDifference', 'Valkeyrie.KvPair#Drive') {
        $type = $_
        $definitions = ([xml] (Get-Content $PSScriptRoot/../../module/Valkeyrie.Format.ps1xml -Raw)).Configuration
        $table = $definitions.ViewDefinitions.View | Where-Object {
            $_.TableControl -and ($_.ViewSelectedBy.TypeName -contains $type -or ($_.ViewSelectedBy.SelectionSetName -and $definitions.SelectNodes('SelectionSets/SelectionSet').Types.TypeName -contains $type))
        }
        $table | Should -HaveCount 1
        $rows = $table.SelectNodes('.//TableRowEntry')
        $rows.Count | Should -BeGreaterThan 0
        $rows.SelectNodes('.//ScriptBlock') | Should -BeNullOrEmpty
        $columns = $rows.SelectNodes('.//PropertyName').InnerText
        $members = ([xml] (Get-Content $PSScriptRoot/../../module/Valkeyrie.Types.ps1xml -Raw)).Types.Type | Where-Object Name -in $type, ($type -replace '#.*')
        $members.Members.ScriptProperty.Name | Where-Object { $_ -in $columns } | Should -BeNullOrEmpty
    }
}

Describe 'In a session whose language is constrained' {
    BeforeAll {
        $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
        $runspace.Open()
        $shell = [powershell]::Create($runspace)
        $null = $shell.AddScript("Import-Module '$ModulePath'; `$null = Connect-KvStore -InMemory -Name small; Set-KvValue app/a hello; Set-KvValue app/b ([byte[]] (1, 2, 3)); `$lease = New-KvLease 300; Set-KvValue app/c 1 -Lease `$lease").Invoke()
        $shell.Dispose()

        function Invoke-Constrained([string] $Script) {
            $shell = [powershell]::Create($runspace)
            try {
                $written = $shell.AddScript($Script).Invoke()
                $shell.Streams.Error | Should -BeNullOrEmpty
                $written
            } finally {
                $shell.Dispose()
            }
        }

        $runspace.SessionStateProxy.LanguageMode = 'ConstrainedLanguage'
    }

    AfterAll {
        $runspace.SessionStateProxy.LanguageMode = 'FullLanguage'
        Invoke-Constrained 'Get-KvStore | Disconnect-KvStore'
        $runspace.Dispose()
    }

    It 'is one' {
        Invoke-Constrained '$ExecutionContext.SessionState.LanguageMode' | Should -Be ConstrainedLanguage
        Invoke-Constrained 'try { $null = [Text.Encoding]::UTF8.GetBytes("a"); "allowed" } catch { "refused" }' | Should -Be refused
    }

    It 'reads the bytes of pairs and events' {
        Invoke-Constrained '(Get-KvValue app/b).Bytes' | Should -Be 1, 2, 3
        Invoke-Constrained '(Watch-KvKey app/b -Timeout 60 | Select-Object -First 1).Bytes' | Should -Be 1, 2, 3
    }

    It 'the view of <Name> is whole' -ForEach @(
        @{ Name = 'pairs'; Script = 'Get-KvTree app'; Like = '*app/a*hello*app/b*<3 bytes: 01 02 03>*' }
        @{ Name = 'pairs in a list'; Script = 'Get-KvTree app | Format-List'; Like = '*app/a*hello*Size*5*<3 bytes: 01 02 03>*' }
        @{ Name = 'events'; Script = 'Watch-KvTree app -Timeout 60 | Select-Object -First 1'; Like = '*app/a*hello*' }
        @{ Name = 'leases'; Script = 'Get-KvLease'; Like = '*00:05:00*00:0*app/c*' }
        @{ Name = 'conditions'; Script = 'New-KvCondition app/a -Value x'; Like = '*Value*Equal*x*app/a*' }
        @{ Name = 'transactions'; Script = 'Invoke-KvTransaction -Then { Get-KvValue app/a }'; Like = '*True*Get app/a*' }
        @{ Name = 'operations'; Script = '(Invoke-KvTransaction -Then { Get-KvValue app/a }).Results'; Like = '*Get*app/a*hello*' }
        @{ Name = 'stores'; Script = 'Get-KvStore'; Like = '*small*memory:*' }
        @{ Name = 'a drive'; Script = 'Get-ChildItem kv:/app'; Like = '*Directory: kv:?app*-v-*5*a*' }
        @{ Name = 'differences'; Script = 'Compare-KvTree app none -WarningAction Ignore'; Like = '*<=*a*hello*' }
        @{ Name = 'copies'; Script = 'Copy-KvTree -Path app -Destination copied -PassThru'; Like = '*3*c*' }
        @{ Name = 'mirrors'; Script = 'Sync-KvTree -Path app -Destination mirrored -Once -PassThru'; Like = '*Ended*3*' }
    ) {
        (Invoke-Constrained "$Script | Out-String -Width 200") -join "`n" | Should -BeLike $Like
    }

    It 'Use-KvLock runs its block, in the language of the session' {
        Invoke-Constrained 'Use-KvLock app/l { param($lock) $lock.Key; $ExecutionContext.SessionState.LanguageMode; try { [Text.Encoding]::UTF8.GetBytes("a") } catch { "refused" } }' |
            Should -Be app/l, ConstrainedLanguage, refused
    }

    It 'a lock shows its key' {
        Invoke-Constrained '$held = Lock-KvKey app/l; $held | Out-String; Unlock-KvKey $held' | Should -BeLike '*True*app/l*'
    }
}
