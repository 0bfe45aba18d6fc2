# The cmdlets follow PowerShell's customs. What departs from one is listed with its reason, and nothing else may.

BeforeDiscovery {
    $commands = (Import-PowerShellDataFile $PSScriptRoot/../../Valkeyrie.psd1).CmdletsToExport
    $changing = $commands | Where-Object { ($_ -split '-')[0] -in 'Copy', 'Disable', 'Disconnect', 'Enable', 'Enter', 'Exit', 'Export', 'Grant', 'Import', 'Invoke', 'Lock', 'Register', 'Remove', 'Revoke', 'Save', 'Set', 'Sync', 'Unlock', 'Unregister', 'Use' -or
        $_ -in 'New-KvLease', 'New-KvRole', 'New-KvUser', 'Update-KvValue' }

    # These have no store of their own to choose: they open one, show all, are of one already, or only name things.
    $onStore = $commands | Where-Object { $_ -notin 'Connect-KvStore', 'Exit-KvElection', 'Get-KvStore', 'New-KvCondition', 'Register-KvStore', 'Set-KvElection', 'Unlock-KvKey', 'Unregister-KvStore' }

    # What is about the whole of a cluster is asked once. A lease is made from a time alone, a block of code runs under one lock or leadership, and whoever waits to lead in one election leads in no other meanwhile.
    # A role is granted and permitted something by name; users and directories are what comes in numbers. A mirror follows one tree until it is stopped.
    # The keys of Update-KvValue come by -InputObject: its block comes first then.
    $piped = $commands | Where-Object { $_ -notin 'Add-KvMember', 'Clear-KvHistory', 'Disable-KvAuthentication', 'Enable-KvAuthentication', 'Get-KvAlarm', 'Get-KvHash', 'Get-KvMember', 'Get-KvStatus', 'Optimize-KvStore', 'Measure-KvStore', 'Enter-KvElection', 'New-KvLease', 'Sync-KvTree', 'Test-KvAuthentication', 'Update-KvValue', 'Use-KvElection', 'Use-KvLock' }

    $codes = Get-Content $PSScriptRoot/../../src/Valkeyrie/KvErrorCode.cs | Where-Object { $_ -match '^    (\w+),$' } | ForEach-Object { "Kv$($_.Trim(' ,'))" }
    $written = [regex]::Matches((Get-Content $PSScriptRoot/../../src/Valkeyrie.PowerShell/Errors/ErrorRecords.cs -Raw), '"(Kv[A-Z]\w+)"') |
        ForEach-Object { $_.Groups[1].Value }
    $ids = @($codes) + $written | Sort-Object -Unique
}

BeforeAll {
    . $PSScriptRoot/Common.ps1

    # The parameters that a cmdlet itself has, without those of every cmdlet and those that are not meant to be typed.
    function Get-OwnParameter([string] $Name) {
        $common = [Management.Automation.Cmdlet]::CommonParameters + [Management.Automation.Cmdlet]::OptionalCommonParameters
        (Get-Command $Name).Parameters.Values | Where-Object {
            $_.Name -notin $common -and ($_.Attributes | Where-Object { $_ -is [Management.Automation.ParameterAttribute] -and -not $_.DontShow })
        }
    }

    # What a cmdlet takes first: in the form that is meant where nothing tells another, or else in one that has such a parameter.
    function Get-FirstParameter([string] $Name) {
        (Get-Command $Name).ParameterSets | Sort-Object IsDefault -Descending | ForEach-Object Parameters | Where-Object Position -EQ 0 | Select-Object -First 1
    }

    # A function Test-Syntax with the parameters of a cmdlet, which PowerShell binds by the same rules and which does nothing; and the arguments of each form of its syntax: what is
    # mandatory, with none, one, two and all of the parameters that not all forms have. What can come from the pipeline comes from there in a second case.
    function Get-SyntaxCase([string] $Name) {
        $command = Get-Command $Name
        $common = [Management.Automation.Cmdlet]::CommonParameters + [Management.Automation.Cmdlet]::OptionalCommonParameters
        $parameters = $command.Parameters.Values | Where-Object Name -NotIn $common
        $declared = foreach ($parameter in $parameters) {
            foreach ($set in $parameter.ParameterSets.GetEnumerator()) {
                $of = $set.Value
                $facts = @(
                    if ($set.Key -ne '__AllParameterSets') { "ParameterSetName = '$($set.Key)'" }
                    if ($of.IsMandatory) { 'Mandatory' }
                    if ($of.Position -ge 0) { "Position = $($of.Position)" }
                    if ($of.ValueFromPipeline) { 'ValueFromPipeline' }
                    if ($of.ValueFromPipelineByPropertyName) { 'ValueFromPipelineByPropertyName' })
                "[Parameter($($facts -join ', '))]"
            }

            # One type for all: no conversion decides the form. KvPair is the one type by which PowerShell itself tells objects of the pipeline apart.
            $type = $parameter.SwitchParameter ? 'switch' : $parameter.ParameterType -eq [Valkeyrie.KvPair] ? 'Valkeyrie.KvPair' : 'object'
            "[$type] `$$($parameter.Name)$($parameter -eq $parameters[-1] ? '' : ',')"
        }

        $default = $command.DefaultParameterSet ? "DefaultParameterSetName = '$($command.DefaultParameterSet)', " : ''
        $cases = foreach ($set in $command.ParameterSets) {
            $own = $set.Parameters | Where-Object Name -NotIn $common
            $needed = $own | Where-Object IsMandatory
            $chosen = @($own | Where-Object { -not $_.IsMandatory -and -not $command.Parameters[$_.Name].ParameterSets.ContainsKey('__AllParameterSets') -and
                    -not $command.Parameters[$_.Name].Attributes.Where({ $_ -is [Management.Automation.ParameterAttribute] -and $_.DontShow }) })
            $choices = @(, @()) + @(for ($i = 0; $i -lt $chosen.Count; $i++) { for ($j = $i; $j -lt $chosen.Count; $j++) { , @($chosen[$i], $chosen[$j]) } }) + @(, $chosen)
            foreach ($choice in $choices) {
                $arguments = @{}
                $picked = @($needed) + @($choice) | Where-Object { $_ } | Sort-Object Name -Unique
                $picked | Where-Object { $_ } | ForEach-Object { $arguments[$_.Name] = $_.ParameterType -eq [switch] ? $true : $_.ParameterType -eq [Valkeyrie.KvPair] ? [Valkeyrie.KvPair]::new() : 'x' }
                @{ Set = $set.Name; Arguments = $arguments }
                foreach ($one in $picked | Where-Object ValueFromPipeline | Where-Object { $command.Parameters[$_.Name].ParameterType -ne [Valkeyrie.KvPair] }) {
                    $rest = $arguments.Clone()
                    $rest.Remove($one.Name)
                    @{ Set = $set.Name; Arguments = $rest; Piped = 'x' }
                }
            }
        }

        "function Test-Syntax { [CmdletBinding($($default)PositionalBinding = `$false)] param(`n$($declared -join "`n")`n) process { } }"
        , @($cases)
    }

    # What else a parameter is called: by PowerShell's own commands or by the tools of the stores, with the same meaning and units. A line begins with a command, with a noun, or
    # with neither.
    $Aliases = @{
        '-Access'                       = , 'Permission'
        '-Action'                       = , 'ScriptBlock'
        '-AsByteStream'                 = , 'AsBytes'
        '-BeforeRevision'               = , 'Revision'
        '-ClientCertificate'            = , 'Certificate'
        '-Endpoint'                     = 'ComputerName', 'Server', 'Uri'
        '-FilePath'                     = , 'LiteralPath'
        '-Include'                      = , 'Filter'
        '-InFile'                       = 'FilePath', 'LiteralPath', 'Path'
        '-KeysOnly'                     = , 'KeyOnly'
        '-Lease'                        = , 'LeaseId'
        '-Missing'                      = 'Absent', 'Deleted'
        '-OutFile'                      = , 'FilePath'
        '-ScriptBlock'                  = , 'Action'
        '-Since'                        = , 'SinceRevision'
        '-Store'                        = , 'Connection'
        '-Timeout'                      = , 'TimeoutSeconds'
        '-Ttl'                          = , 'TimeToLive'
        '-User'                         = , 'Name'
        '-ValueOnly'                    = , 'Raw'
        'Compare-KvTree -ReferencePath' = , 'Path'
        'Copy-KvTree -Path'             = , 'Source'
        'Disconnect-KvStore -Store'     = 'Connection', 'Name'
        'Import-KvTree -FilePath'       = 'FullName', 'LiteralPath'
        'KvClusterLeader -Id'           = 'MemberId', 'Member'
        'KvLease -Id'                   = 'LeaseId', 'Lease'
        'KvMember -Id'                  = 'MemberId', 'Member'
        'KvRole -Name'                  = , 'RoleName'
        'KvUser -Name'                  = , 'UserName'
        'Save-KvSnapshot -FilePath'     = 'LiteralPath', 'Path'
        'Select-KvStore -Store'         = 'Connection', 'Name'
        'Sync-KvTree -Path'             = , 'Source'
        'Test-KvStore -Store'           = 'Connection', 'Name'
        'Use-KvLock -Key'               = , 'Name'
    }

    $Topic = Get-Content $PSScriptRoot/../../docs/en-US/about_Valkeyrie_Errors.md -Raw
}

AfterAll { Stop-TestServer }

Describe '<_>' -ForEach $commands {
    It 'binds each form of its syntax, with arguments and with the pipeline' {
        $function, $cases = Get-SyntaxCase $_
        . ([scriptblock]::Create($function))
        $failures = foreach ($case in $cases) {
            $arguments = $case.Arguments
            try {
                $null = if ($case.Piped) { $case.Piped | Test-Syntax @arguments -ErrorAction Stop } else { Test-Syntax @arguments -ErrorAction Stop }
            }
            catch {
                "-$($arguments.Keys -join ' -')$(if ($case.Piped) { ', piped' }) of $($case.Set): $_"
            }
        }

        $cases.Count | Should -BeGreaterThan 0
        $failures | Should -BeNullOrEmpty
    }

    It 'has an approved verb' {
        ($_ -split '-')[0] | Should -BeIn (Get-Verb).Verb
    }

    It 'has a singular noun with the prefix Kv' {
        ($_ -split '-')[1] | Should -MatchExactly '^Kv([A-Z][a-z]+)+((?<!s)|(?<=Status))$'
    }

    It 'says what it emits' {
        (Get-Command $_).ImplementingType.GetCustomAttributes([Management.Automation.OutputTypeAttribute], $true) | Should -Not -BeNullOrEmpty
    }

    It 'emits no object with a property of bytes, which ConvertTo-Json would write as numbers' {
        $emitted = (Get-Command $_).ImplementingType.GetCustomAttributes([Management.Automation.OutputTypeAttribute], $true).Type.Type | Where-Object FullName -Like 'Valkeyrie.*'
        $properties = foreach ($type in $emitted) {
            # What it holds, too: an event has a pair, an election a list of them.
            $type.GetProperties() + $type.GetProperties().PropertyType.GetProperties()
        }

        $properties | Where-Object { $_.PropertyType -eq [byte[]] } | Should -BeNullOrEmpty
    }

    It 'has the aliases of the table for each parameter, and no others' {
        foreach ($parameter in Get-OwnParameter $_) {
            $expected = $Aliases["$_ -$($parameter.Name)"] ?? $Aliases["$(($_ -split '-')[1]) -$($parameter.Name)"] ?? $Aliases["-$($parameter.Name)"]
            $parameter.Aliases | Sort-Object | Should -Be ($expected | Sort-Object) -Because "of -$($parameter.Name)"
        }
    }

    It 'has no alias that is also a parameter of another meaning there' {
        $names = (Get-Command $_).Parameters.Keys
        (Get-Command $_).Parameters.Values.Aliases | Where-Object { $_ -in $names } | Should -BeNullOrEmpty
    }

    It 'takes first, by position, what its noun is found by' {
        $first = (Get-FirstParameter $_).Name
        $expected = switch -Regex ($_) {
            '^Compare-KvTree$' { 'ReferencePath'; break }
            '^Import-KvTree$' { 'FilePath'; break }
            '-KvTree$' { 'Path'; break }
            '^Measure-KvStore$' { 'Path'; break }
            '^(Connect|Optimize)-KvStore$' { 'Endpoint'; break }
            '^(Disconnect|Select|Test)-KvStore$' { 'Store'; break }
            '-KvStore$' { 'Name'; break }
            '^New-KvLease$' { 'Ttl'; break }
            '-KvSnapshot$' { 'FilePath'; break }
            '-KvLease$' { 'Id'; break }
            '-KvTransaction$' { 'Then'; break }
            '^Unlock-KvKey$' { 'Lock'; break }
            '^(Exit|Set)-KvElection$' { 'Leadership'; break }
            '-KvElection$' { 'Name'; break }
            '^Add-KvMember$' { 'PeerAddress'; break }
            '^(Move-KvClusterLeader|(Set|Remove)-KvMember)$' { 'Id'; break }
            '^Clear-KvAlarm$' { 'MemberId'; break }
            '^Clear-KvHistory$' { 'BeforeRevision'; break }
            '^Get-Kv(Alarm|Hash|Member|Status)$' { $null; break }
            '^(Get|New|Remove|Set)-Kv(User|Role)$' { 'Name'; break }
            '^(Grant|Revoke)-Kv(Role|Permission)$' { 'Role'; break }
            '^Enable-KvAuthentication$' { 'Credential'; break }
            '^(Disable|Test)-KvAuthentication$' { $null; break }
            '^Register-KvWatch$' { 'Path'; break }
            default { 'Key' }
        }
        $first | Should -Be $expected
    }

    It 'has parameters of customary names and types' {
        $instead = @{
            DryRun = 'WhatIf'; Quiet = 'PassThru'; NoConfirm = 'Confirm'; Yes = 'Confirm'; Recursive = 'Recurse'; Overwrite = 'Force'; Limit = 'First'; Top = 'First'
            Max = 'First'; Count = $_ -in 'Get-KvTree', 'Measure-KvStore' ? $null : 'First'; Offset = 'Skip'; Host = 'Endpoint'; Server = 'Endpoint'; ComputerName = 'Endpoint'
            User = $_ -like '*-KvRole' ? $null : 'Credential'; UserName = 'Credential'; Password = $_ -like '*-KvUser' -or $_ -in 'Get-KvValue', 'Update-KvValue' ? $null : 'Credential'; File = 'FilePath'; FileName = 'FilePath'; Directories = 'Directory'
            LiteralKey = 'Key'; Keys = 'Key'; Lock = $_ -eq 'Unlock-KvKey' ? $null : 'Key'; Ca = 'CaCertificate'; Insecure = 'SkipCertificateCheck'
        }
        foreach ($parameter in Get-OwnParameter $_) {
            $parameter.Name | Should -MatchExactly '^([A-Z][a-z]+)+$' -Because 'names are words in PascalCase'
            $parameter.Name | Should -MatchExactly '(?<!s)$|ss$|^Exists$' -Because 'names are singular, also of what takes many'
            $instead[$parameter.Name] | Should -BeNullOrEmpty -Because "$($parameter.Name) has a customary name"
            $parameter.ParameterType | Should -Not -Be ([bool]) -Because 'what is on or off is a switch'
            # PowerShell asks for the one that is mandatory, and would itself make a TimeSpan of the answer; one takes a script block, too.
            if ($parameter.Name -in 'Ttl', 'Timeout' -and $_ -notin 'New-KvLease', 'Set-KvValue') {
                [Nullable]::GetUnderlyingType($parameter.ParameterType) ?? $parameter.ParameterType | Should -Be ([timespan])
            }

            if ($parameter.Name -like '*Credential') {
                $parameter.ParameterType | Should -Be ([pscredential])
            }
        }
    }
}

Describe '<_>, which changes something' -ForEach $changing {
    It 'has -WhatIf and -Confirm' {
        (Get-Command $_).Parameters.Keys | Should -Contain WhatIf
        (Get-Command $_).Parameters.Keys | Should -Contain Confirm
    }

    It 'asks by itself if much is to go that nobody can bring back, or everybody may come in or be locked out, and else only those who want to be asked' {
        [Management.Automation.CommandMetadata]::new((Get-Command $_)).ConfirmImpact | Should -Be ($_ -in 'Remove-KvTree', 'Remove-KvMember', 'Remove-KvUser', 'Remove-KvRole', 'Enable-KvAuthentication', 'Disable-KvAuthentication' ? 'High' : 'Medium')
    }
}

Describe '<_>, which works on a store' -ForEach $onStore {
    It 'takes -Store, which completes with Tab' {
        (Get-Command $_).Parameters['Store'].Attributes | Where-Object { $_ -is [Management.Automation.ArgumentCompleterAttribute] } | Should -HaveCount 1
    }
}

Describe '<_>, of which there may be many' -ForEach $piped {
    It 'takes from the pipeline what it takes first' {
        $many = @{ 'Grant-KvRole' = 'User'; 'Revoke-KvRole' = 'User'; 'Grant-KvPermission' = 'Path'; 'Revoke-KvPermission' = 'Path'; 'Invoke-KvTransaction' = 'If' }[$_] ?? (Get-FirstParameter $_).Name
        $first = (Get-Command $_).Parameters[$many]
        $first.ParameterSets.Values | Where-Object { $_.ValueFromPipeline -or $_.ValueFromPipelineByPropertyName } | Should -Not -BeNullOrEmpty
    }
}

Describe 'A parameter of one name and type' {
    # Some take more in one command than in another: a registered store, piped, may leave out what was not registered. -Path is a file or a directory, -Name that of
    # open stores, of registered ones or of an election, and the keys of Get-KvLock are those that are locked. Of piped objects a block can make their -Ttl.
    It 'is checked, read and completed alike in all commands' -ForEach @{ Commands = $commands
        Except = 'ClientKey string', 'Endpoint string[]', 'FilePath string', 'Key string[]', 'Name string', 'Name string[]', 'Namespace string', 'Path string', 'Revision long', 'Ttl System.Object', 'Value System.Object' } {
        $declared = foreach ($command in $Commands) {
            foreach ($parameter in Get-OwnParameter $command) {
                $attributes = $parameter.Attributes | Where-Object { $_.GetType().Name -notin 'ParameterAttribute', 'NullableAttribute', 'AliasAttribute' } | ForEach-Object {
                    $attribute = $_
                    $values = $_.GetType().GetProperties() | Where-Object { $_.Name -ne 'TypeId' -and $_.GetIndexParameters().Count -eq 0 } |
                        ForEach-Object { "$($_.Name)=$($_.GetValue($attribute))" }
                    "$($_.GetType().Name) $values"
                }
                [pscustomobject]@{ Name = "$($parameter.Name) $($parameter.ParameterType)"; Command = $command; Attributes = ($attributes | Sort-Object) -join '; ' }
            }
        }
        ($declared | Group-Object Name).Count | Should -BeGreaterThan 60
        $declared | Group-Object Name | Where-Object { $_.Name -notin $Except -and @($_.Group.Attributes | Sort-Object -Unique).Count -gt 1 } |
            ForEach-Object { "$($_.Name): $($_.Group | ForEach-Object { "$($_.Command) [$($_.Attributes)]" })" } | Should -BeNullOrEmpty
    }
}

Describe 'Every time that a cmdlet takes' {
    BeforeAll {
        $Times = foreach ($command in (Import-PowerShellDataFile $PSScriptRoot/../../Valkeyrie.psd1).CmdletsToExport) {
            (Get-Command $command).Parameters.Values | Where-Object { $_.ParameterType -in [timespan], [Nullable[timespan]] -or $_.Attributes.TypeId.Name -contains 'DurationAttribute' } |
                ForEach-Object { @{ Name = "$command -$($_.Name)"; Type = $_.ParameterType; Attributes = $_.Attributes } }
        }
    }

    It 'is a number of seconds or a TimeSpan, and not what PowerShell makes of 1d, 1y or 1n' {
        $Times.Count | Should -BeGreaterThan 20
        foreach ($time in $Times) {
            $duration = $time.Attributes | Where-Object { $_.TypeId.Name -eq 'DurationAttribute' }
            $duration | Should -Not -BeNullOrEmpty -Because $time.Name
            $duration.Transform($null, 30) | Should -Be ([timespan]::FromSeconds(30)) -Because $time.Name
            $duration.Transform($null, '0.5') | Should -Be ([timespan]::FromSeconds(0.5)) -Because $time.Name
            foreach ($number in 1d, 1y, 1n) {
                { $duration.Transform($null, $number) } | Should -Throw '*1.00:00:00* for one day*' -Because "$($time.Name) $($number.GetType())"
            }
        }
    }

    It 'is not a TimeSpan where PowerShell asks for it, since it would take the answer 5 for five days' {
        ($Times | Where-Object { $_.Attributes.Mandatory -contains $true -and $_.Type -ne [object] }).Name | Should -BeNullOrEmpty
    }
}

Describe 'The error id <_>' -ForEach $ids {
    It 'is told in about_Valkeyrie_Errors, with its category, what it means and what to do' {
        $Topic | Should -MatchExactly "(?m)^- ``$_`` \([A-Z]\w+(, \w+)*( or \w+)?\): [^.;]+[.;] .+$"
    }
}

Describe 'The errors of the library' {
    It 'have the category that about_Valkeyrie_Errors tells' {
        $records = (Get-Command Set-KvValue).ImplementingType.Assembly.GetType('Valkeyrie.PowerShell.Errors.ErrorRecords')
        $categoryOf = $records.GetMethod('CategoryOf', [Reflection.BindingFlags]'NonPublic, Static')
        foreach ($code in [enum]::GetValues([Valkeyrie.KvErrorCode])) {
            $Topic | Should -MatchExactly "(?m)^- ``Kv$code`` \($($categoryOf.Invoke($null, @($code)))\): "
        }
    }

    It 'are the only ids that about_Valkeyrie_Errors tells of, with those of the module' -ForEach @{ Id = $ids } {
        [regex]::Matches($Topic, '(?m)^- `(Kv\w+)`') | ForEach-Object { $_.Groups[1].Value } | Sort-Object | Should -Be $Id
    }
}
