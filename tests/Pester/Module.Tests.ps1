BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $count = (Import-PowerShellDataFile $ModulePath).CmdletsToExport.Count
}

AfterAll { Stop-TestServer }

Describe 'The module' -Tag etcd {
    It 'has a valid manifest, and exports what it says' {
        $manifest = Test-ModuleManifest $ModulePath -ErrorAction Stop
        $exported = (Get-Module Valkeyrie).ExportedCommands.Keys | Sort-Object
        $exported | Should -Be ($manifest.ExportedCmdlets.Keys | Sort-Object)
        $manifest.PowerShellVersion | Should -Be ([version] '7.4')
        $manifest.CompatiblePSEditions | Should -Be Core
    }

    It 'exports every cmdlet that it has' {
        $types = (Get-Command Set-KvValue).ImplementingType.Assembly.GetExportedTypes() |
            Where-Object { $_.IsSubclassOf([Management.Automation.Cmdlet]) -and -not $_.IsAbstract }
        $types.Count | Should -Be (Get-Module Valkeyrie).ExportedCmdlets.Count
    }

    It 'ships assemblies and native libraries alone, and PowerShell''s own not among them' {
        $files = Get-ChildItem (Join-Path (Split-Path $ModulePath) bin) -Recurse -File
        $files.Extension | Should -BeIn .dll, .so, .dylib
        $files.Name | Should -Not -Contain System.Management.Automation.dll
        (Split-Path $ModulePath | Get-ChildItem -File).Name | Sort-Object |
            Should -Be LICENSE, THIRD-PARTY-NOTICES.txt, Valkeyrie.Format.ps1xml, Valkeyrie.psd1, Valkeyrie.psm1, Valkeyrie.Types.ps1xml
    }

    Context 'its assemblies' {
        It 'shares the contract with everybody, and keeps the rest to itself' {
            $bin = Join-Path (Split-Path $ModulePath) bin
            $loaded = Invoke-TestPowerShell @"
                `$null = Connect-KvStore $Server
                `$null = New-KvLease 60
                [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { -not `$_.IsDynamic -and `$_.Location.StartsWith('$bin') } | ForEach-Object {
                    "`$(`$_.GetName().Name)=`$([Runtime.Loader.AssemblyLoadContext]::GetLoadContext(`$_).Name)"
                }
"@
            $loaded -like '*=Default' | Sort-Object | Should -Be 'Valkeyrie.Loader=Default', 'Valkeyrie=Default'
            $loaded | Should -Contain 'Google.Protobuf=Valkeyrie.PowerShell'
            $loaded | Should -Contain 'Valkeyrie.Etcd=Valkeyrie.PowerShell'
            $loaded -notlike '*=Default' | Should -BeLike '*=Valkeyrie.PowerShell'
        }

        It 'loads a kind of store only when one is opened' {
            Invoke-TestPowerShell @'
                function Show { [AppDomain]::CurrentDomain.GetAssemblies().GetName().Name | Where-Object { $_ -in 'Valkeyrie.Etcd', 'Valkeyrie.Etcd.Administration', 'dotnet-etcd', 'Valkeyrie.Embedded', 'Valkeyrie.Consul', 'Valkeyrie.ZooKeeper', 'Google.Protobuf' } }
                "import: $(Show)"
                $null = Connect-KvStore -InMemory
                "embedded: $(Show)"
                [Valkeyrie.KvStore]::Schemes -join ' '
                $null = [Valkeyrie.KvStore]::Open('etcd://localhost:1')
                "etcd: $(@(Show) -contains 'Valkeyrie.Etcd')"
'@ | Should -Be 'import: ', 'embedded: Valkeyrie.Embedded', 'consul consuls embedded etcd etcds etcdv2 etcdv2s memory zookeeper zookeepers', 'etcd: True'
        }

        It 'reads and writes keys of etcd without Google.Protobuf, which would be loaded and compiled before the first of them' {
            Invoke-TestPowerShell @"
                function Show { [AppDomain]::CurrentDomain.GetAssemblies().GetName().Name -contains 'Google.Protobuf' }
                `$null = Connect-KvStore $Server
                Set-KvValue protobuf/a 1
                1..5 | ForEach-Object { "protobuf/`$_" } | Set-KvValue -Value 2
                "`$(Get-KvValue protobuf/a -ValueOnly) `$((Get-KvTree protobuf).Count) `$(Remove-KvTree protobuf -Confirm:`$false) `$(Show)"
                `$null = New-KvLease 60
                Show
"@ | Should -Be '1 6  False', 'True'
        }

        It 'loads what administers an etcd with the first command that does so: not to put, get, list, watch and lock' {
            $loaded = Invoke-TestPowerShell @"
                function Show { [AppDomain]::CurrentDomain.GetAssemblies().GetName().Name | Where-Object { `$_ -in 'Valkeyrie.Etcd.Administration', 'dotnet-etcd', 'Grpc.Core.Api' } | Sort-Object }
                `$null = Connect-KvStore $Server
                Set-KvValue app/a 1
                `$null = Get-KvValue app/a
                `$null = Get-KvTree app
                `$null = Watch-KvKey app/a | Select-Object -First 1
                Use-KvLock app/l { }
                Remove-KvValue app/a
                "used: `$(Show)"
                `$null = Get-KvMember
                "administered: `$(Show)"
"@
            $loaded | Should -Be 'used: ', 'administered: dotnet-etcd Grpc.Core.Api Valkeyrie.Etcd.Administration'
        }

        It 'takes those that are compiled for this platform and runtime, where there are any' {
            $bin = Join-Path (Split-Path $ModulePath) bin
            $precompiled = Join-Path $bin runtimes ([Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier) lib "net$([Environment]::Version.Major).0"
            $folder = (Test-Path $precompiled) ? $precompiled : $bin
            (Get-Command Set-KvValue).ImplementingType.Assembly.Location | Should -Be (Join-Path $folder Valkeyrie.PowerShell.dll)
            [Valkeyrie.KvPair].Assembly.Location | Should -Be (Join-Path $folder Valkeyrie.dll)
        }

        It 'takes the portable ones where none are compiled for this platform' {
            $copy = Join-Path $TestFolder portable
            Copy-Item (Split-Path $ModulePath) $copy -Recurse
            Get-ChildItem (Join-Path $copy bin runtimes) | ForEach-Object { Remove-Item (Join-Path $_ lib) -Recurse -ErrorAction Ignore }
            $script = "Import-Module '$copy/Valkeyrie.psd1'; `$null = Connect-KvStore -InMemory; Set-KvValue a 1; Get-KvValue a -ValueOnly; [Valkeyrie.KvPair].Assembly.Location"
            $process = Start-TestProcess $Pwsh '-NoProfile', '-NonInteractive', '-Command', $script
            $process.StandardOutput.ReadToEnd().Trim() -split '\r?\n' | Should -Be 1, (Join-Path $copy bin Valkeyrie.dll)
        }

        It 'loads SQLite from the folder of this platform' {
            $store = Connect-KvStore -InMemory
            $native = Join-Path (Split-Path $ModulePath) bin runtimes ([Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier) native
            $loaded = [Diagnostics.Process]::GetCurrentProcess().Modules.FileName | Where-Object { (Split-Path $_ -Leaf) -match '^(lib)?e_sqlite3\.' }
            $loaded | Should -Not -BeNullOrEmpty
            $loaded | Should -BeLike (Join-Path $native '*e_sqlite3*')
            $store | Disconnect-KvStore
        }

        It 'names resolve: [Valkeyrie.KvPair] is the type of what is emitted' {
            $null = Connect-KvStore $Server
            (Set-KvValue a 1 -PassThru).GetType() | Should -Be ([Valkeyrie.KvPair])
            Get-KvStore | Disconnect-KvStore
        }

        Context 'beside another module''s Google.Protobuf' {
            BeforeAll {
                $foreign = Join-Path $TestFolder foreign
                $null = New-Item -ItemType Directory $foreign
                $source = '[assembly: System.Reflection.AssemblyVersion("3.0.0.0")] namespace Google.Protobuf { public class Foreign { public static string Hello() { return "foreign"; } } }'
                $null = Invoke-TestPowerShell "Add-Type -TypeDefinition '$source' -OutputAssembly '$foreign/Google.Protobuf.dll'"
                $useForeign = "Add-Type -Path '$foreign/Google.Protobuf.dll'; [Google.Protobuf.Foreign]::Hello()"
                $useOurs = "Import-Module '$ModulePath'; `$null = Connect-KvStore $Server; Set-KvValue both ours; Get-KvValue both -ValueOnly"
            }

            It 'is not disturbed by one that was loaded before' {
                $script = "$useForeign; $useOurs; $useForeign"
                $process = Start-TestProcess $Pwsh '-NoProfile', '-NonInteractive', '-Command', $script
                $process.StandardOutput.ReadToEnd().Trim() -split '\r?\n' | Should -Be foreign, ours, foreign
            }

            It 'does not disturb one that is loaded after' {
                $process = Start-TestProcess $Pwsh '-NoProfile', '-NonInteractive', '-Command', "$useOurs; $useForeign; $useOurs"
                $process.StandardOutput.ReadToEnd().Trim() -split '\r?\n' | Should -Be ours, foreign, ours
            }
        }
    }

    Context 'import and removal' {
        It 'works after Import-Module -Force, twice and from a drive of its own' {
            Invoke-TestPowerShell @"
                Import-Module '$ModulePath' -Force
                Import-Module '$ModulePath' -Force
                `$null = Connect-KvStore $Server
                Set-Location kv:/
                Import-Module '$ModulePath' -Force
                `$PWD.Provider.Name
                `$null = Connect-KvStore $Server
                (Get-Command -Module Valkeyrie).Count
                Test-KvKey a
"@ | Should -Be FileSystem, $count, True
        }

        It 'runs a script that leaves nothing for PowerShell to compile but calls of commands' {
            $script = [Management.Automation.Language.Parser]::ParseFile((Join-Path (Split-Path $ModulePath) Valkeyrie.psm1), [ref] $null, [ref] $null)
            $kinds = $script.FindAll({ $true }, $true).ForEach{ $_.GetType().Name } | Sort-Object -Unique
            $kinds | Should -Not -BeLike '*Member*'
            $kinds | Should -Not -BeIn TryStatementAst, IfStatementAst, ThrowStatementAst, FunctionDefinitionAst, BinaryExpressionAst
        }

        It 'leaves nothing behind when it is removed, and can be imported again' {
            Invoke-TestPowerShell @"
                `$store = Connect-KvStore $Server
                `$held = Lock-KvKey removed
                Remove-Module Valkeyrie
                (Get-Module | Where-Object Name -Like Valkeyrie*).Count
                `$held.IsHeld
                Import-Module '$ModulePath'
                @(Get-KvStore).Count
                `$null = Connect-KvStore $Server
                Lock-KvKey removed -Timeout 0 | Unlock-KvKey
                (Get-Command -Module Valkeyrie).Count
"@ | Should -Be 0, False, 0, $count
        }

        It 'runs no command that a preference changes: with -WhatIf as the default, its objects get their labels and nothing is shown' {
            $shell = [powershell]::Create()
            $names = $shell.AddScript("`$WhatIfPreference = `$true; Import-Module '$ModulePath'; [Valkeyrie.KvPair]::new().PSStandardMembers.DefaultDisplayPropertySet.ReferencedPropertyNames").Invoke()
            $shell.Streams.Error | Should -BeNullOrEmpty
            $names | Should -Be 'Key ', 'Value ', 'Revision'
            $shell.Dispose()
        }

        It 'keeps the labels of its objects when another module with types is removed' {
            $other = New-Item -ItemType Directory (Join-Path $TestFolder othertypes)
            '<Types><Type><Name>Other.Type</Name><Members><NoteProperty><Name>A</Name><Value>1</Value></NoteProperty></Members></Type></Types>' |
                Set-Content (Join-Path $other othertypes.ps1xml)
            "@{ ModuleVersion = '1.0'; TypesToProcess = 'othertypes.ps1xml' }" | Set-Content (Join-Path $other othertypes.psd1)
            Import-Module $other
            Remove-Module othertypes
            [Valkeyrie.KvPair]::new().PSStandardMembers.DefaultDisplayPropertySet.ReferencedPropertyNames | Should -Be 'Key ', 'Value ', 'Revision'
        }

        It 'works in several runspaces at once' {
            $null = Connect-KvStore $Server -Name main
            1..4 | ForEach-Object -Parallel { Import-Module $using:ModulePath; Set-KvValue "parallel/$_" $_ -Store main }
            Get-KvTree parallel | ForEach-Object Value | Should -Be 1, 2, 3, 4
            Get-KvStore | Disconnect-KvStore
        }

        It 'says why another copy cannot be loaded into the same process' {
            $copy = Join-Path $TestFolder copy
            Copy-Item (Split-Path $ModulePath) $copy -Recurse
            Invoke-TestPowerShell "Remove-Module Valkeyrie; try { Import-Module '$copy/Valkeyrie.psd1' -Force } catch { `"`$_`" }" |
                Should -BeLike '*already loaded from*Start a new PowerShell*'
        }
    }
}
