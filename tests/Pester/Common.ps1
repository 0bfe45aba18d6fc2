# What the Pester files share: a private etcd for each file, other PowerShells to play the others, and throw-away certificates.
# Each file dot-sources this in its BeforeAll and calls Stop-TestServer in its AfterAll.

$ModulePath = [IO.Path]::GetFullPath("$PSScriptRoot/../../out/Valkeyrie/Valkeyrie.psd1")
if (-not (Test-Path $ModulePath)) {
    throw "The module is not staged at '$ModulePath'. Run the build task first."
}

Import-Module $ModulePath

# The process's own file would not do: a PowerShell that was installed as a tool of .NET runs as dotnet.
$Pwsh = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')
$Etcd = $env:VALKEYRIE_ETCD ? $env:VALKEYRIE_ETCD : (Get-Command etcd -CommandType Application -TotalCount 1 -ErrorAction Ignore)?.Source
$Etcdctl = $env:VALKEYRIE_ETCDCTL ? $env:VALKEYRIE_ETCDCTL : (Get-Command etcdctl -CommandType Application -TotalCount 1 -ErrorAction Ignore)?.Source
$ConsulProgram = $env:VALKEYRIE_CONSUL ? $env:VALKEYRIE_CONSUL : (Get-Command consul -CommandType Application -TotalCount 1 -ErrorAction Ignore)?.Source
$env:ETCDCTL_API = '3'
$Started = [Collections.Generic.List[Diagnostics.Process]]::new()

# Windows may name the temporary folder in its short form, RUNNER~1, which PowerShell writes out in some places and not in others.
$temporary = $IsWindows ? (Join-Path ([Environment]::GetFolderPath('LocalApplicationData')) Temp) : [IO.Path]::GetTempPath()
$TestFolder = (New-Item -ItemType Directory ([IO.Path]::Combine($temporary, "valkeyrie-$([guid]::NewGuid().ToString('n'))"))).FullName

# What other programs write goes through the console's code page there, which knows few letters.
if ($IsWindows) {
    [Console]::OutputEncoding = [Text.UTF8Encoding]::new()
}

# The user's own files are none of a test's business.
$env:XDG_DATA_HOME = $env:LOCALAPPDATA = $env:XDG_CONFIG_HOME = $env:APPDATA = $TestFolder

# True where other users are kept from a file or a folder; on Windows but for administrators and the system.
function Test-OwnerOnly([string] $Path) {
    if (-not $IsWindows) {
        return -not ([IO.File]::GetUnixFileMode($Path) -band ([IO.UnixFileMode] 'GroupRead, GroupWrite, GroupExecute, OtherRead, OtherWrite, OtherExecute'))
    }

    $allowed = (Get-Acl -LiteralPath $Path).GetAccessRules($true, $true, [Security.Principal.SecurityIdentifier]).IdentityReference.Value | Sort-Object -Unique
    $expected = [Security.Principal.WindowsIdentity]::GetCurrent().User.Value, 'S-1-5-18', 'S-1-5-32-544' | Sort-Object -Unique
    "$allowed" -eq "$expected"
}

function Get-FreePort {
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $listener.LocalEndpoint.Port
    $listener.Stop()
}

# Starts a program of which Stop-TestServer later ends exactly this process.
function Start-TestProcess([string] $Program, [string[]] $Argument) {
    $start = [Diagnostics.ProcessStartInfo]::new($Program, $Argument)
    $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    $start.WorkingDirectory = $TestFolder
    $process = [Diagnostics.Process]::Start($start)
    $Started.Add($process)
    $process
}

# Starts another PowerShell with the module, to run a script. Its output is read line by line from StandardOutput.
function Start-TestPowerShell([string] $Script) {
    Start-TestProcess $Pwsh @('-NoProfile', '-NonInteractive', '-Command', "`$ErrorActionPreference = 'Stop'; Import-Module '$ModulePath'; $Script")
}

# Writes a file into the test's folder, the text as it is, and returns its path.
function New-TestFile([string] $Name, [string] $Text) {
    $path = Join-Path $TestFolder $Name
    Set-Content $path $Text -NoNewline -Encoding utf8NoBOM
    $path
}

# What another PowerShell with the module writes, once it has ended.
function Invoke-TestPowerShell([string] $Script) {
    $process = Start-TestPowerShell $Script
    $errors = $process.StandardError.ReadToEndAsync()
    $process.StandardOutput.ReadToEnd().TrimEnd() -split '\r?\n'
    $process.WaitForExit()
    if ($process.ExitCode -ne 0) {
        throw "The other PowerShell failed: $($errors.Result)"
    }
}

# Starts an etcd of the calling file's own and returns its client URL, once it serves. A port that another program takes after it was found free is
# exchanged for another one.
function Start-TestServer([string[]] $Argument = @(), [string] $Scheme = 'http', [int] $Tries = 5) {
    if (-not $Etcd) {
        # A file may also have tests that need no server: those that need one have the tag etcd, and are left out.
        return
    }

    $name = "etcd-$(Get-FreePort)"
    $client = "${Scheme}://127.0.0.1:$(Get-FreePort)"
    $peer = "http://127.0.0.1:$(Get-FreePort)"
    $process = Start-TestProcess $Etcd (@(
            '--name', $name, '--data-dir', (Join-Path $TestFolder $name), '--unsafe-no-fsync'
            '--listen-client-urls', $client, '--advertise-client-urls', $client
            '--listen-peer-urls', $peer, '--initial-advertise-peer-urls', $peer, '--initial-cluster', "$name=$peer") + $Argument)
    $log = [Text.StringBuilder]::new()
    do {
        $line = $process.StandardError.ReadLine()
        if ($null -eq $line -and $Tries -gt 1 -and "$log" -match 'address already in use') {
            return Start-TestServer -Argument $Argument -Scheme $Scheme -Tries ($Tries - 1)
        }

        if ($null -eq $line) {
            throw "etcd ended before it served: $log"
        }

        $null = $log.AppendLine($line)
    } until ($line -match 'ready to serve client requests')
    $null = $process.StandardError.BaseStream.CopyToAsync([IO.Stream]::Null)
    $null = $process.StandardOutput.BaseStream.CopyToAsync([IO.Stream]::Null)
    $client
}

# Starts a Consul of the calling file's own and returns its host and port, once it serves and takes sessions. Nothing where there is none: the tests that need
# one have the tag consul, and are left out.
function Start-TestConsul {
    if (-not $ConsulProgram) {
        return
    }

    $port = Get-FreePort
    $process = Start-TestProcess $ConsulProgram @(
        'agent', '-dev', '-bind', '127.0.0.1', '-client', '127.0.0.1', '-http-port', $port, '-grpc-port', '-1', '-dns-port', '-1', '-log-level', 'err'
        '-server-port', (Get-FreePort), '-serf-lan-port', (Get-FreePort), '-serf-wan-port', (Get-FreePort))
    $null = $process.StandardError.BaseStream.CopyToAsync([IO.Stream]::Null)
    $null = $process.StandardOutput.BaseStream.CopyToAsync([IO.Stream]::Null)
    Wait-Until {
        if ($process.HasExited) { throw "consul ended before it served: $($process.ExitCode)" }
        try { (Invoke-RestMethod "http://127.0.0.1:$port/v1/catalog/nodes").Count -gt 0 } catch { $false }
    } 'a consul that serves'
    "127.0.0.1:$port"
}

# Starts a ZooKeeper of the calling file's own and returns its host and port, once it serves. Nothing where there is none: the tests that need one have the tag
# zookeeper, and are left out.
function Start-TestZooKeeper {
    $program = $env:VALKEYRIE_ZOOKEEPER ? $env:VALKEYRIE_ZOOKEEPER : (Get-Command zkServer.sh -CommandType Application -TotalCount 1 -ErrorAction Ignore)?.Source
    if (-not $program) {
        return
    }

    $port = Get-FreePort
    $folder = Join-Path $TestDrive "zookeeper-$port"
    $null = New-Item $folder -ItemType Directory
    $configuration = Join-Path $folder zoo.cfg
    Set-Content $configuration "tickTime=500", "dataDir=$folder/data", "clientPort=$port", 'clientPortAddress=127.0.0.1', 'admin.enableServer=false', 'forceSync=no'
    $process = Start-TestProcess $program @(if ((Split-Path $program -Leaf) -eq 'zkServer.sh') { 'start-foreground' }; $configuration)
    $null = $process.StandardError.BaseStream.CopyToAsync([IO.Stream]::Null)
    $null = $process.StandardOutput.BaseStream.CopyToAsync([IO.Stream]::Null)
    Wait-Until {
        if ($process.HasExited) { throw "ZooKeeper ended before it served: $($process.ExitCode)" }
        try { ([Net.Sockets.TcpClient]::new('127.0.0.1', $port)).Dispose(); $true } catch { $false }
    } 'a ZooKeeper that serves'
    "127.0.0.1:$port"
}

function Stop-TestServer {
    Get-KvStore | Disconnect-KvStore
    foreach ($process in $Started) {
        if (-not $process.HasExited) {
            $process.Kill()
            $process.WaitForExit()
        }
    }

    Remove-Item $TestFolder -Recurse -Force
}

# etcd's own tool, on the file's server.
function Invoke-Etcdctl {
    & $Etcdctl --endpoints $Server @args
    if ($LASTEXITCODE -ne 0) {
        throw "etcdctl $args ended with $LASTEXITCODE."
    }
}

# Waits for a condition that comes true by itself, and fails when it plainly does not.
function Wait-Until([scriptblock] $Condition, [string] $What) {
    $deadline = [DateTime]::UtcNow.AddSeconds(60)
    while (-not (& $Condition)) {
        if ([DateTime]::UtcNow -gt $deadline) {
            throw "This did not come true: $What"
        }

        [Threading.Thread]::Sleep(20)
    }
}

# What a thread job has written, once it has ended. Receive-Job's own -AutoRemoveJob now and then fails to remove one.
function Receive-TestJob([Parameter(ValueFromPipeline)] $Job) {
    process {
        $null = Wait-Job $Job
        Receive-Job $Job
        Remove-Job $Job
    }
}

# The error that a command ends or goes on with; fails if there is none.
function Get-ErrorOf([scriptblock] $Command) {
    $failures = @()
    try {
        $failures = @(& $Command 2>&1 | Where-Object { $_ -is [Management.Automation.ErrorRecord] })
    } catch {
        $failures = @($_)
    }

    if ($failures.Count -ne 1) {
        throw "Expected one error, got $($failures.Count): $failures"
    }

    $failures[0]
}

# Runs a script in a runspace of its own, waits until it is at work and stops it as Ctrl+C does. Returns its final state.
function Stop-AtWork([string] $Script, [scriptblock] $IsAtWork) {
    $shell = [powershell]::Create()
    try {
        $null = $shell.AddScript("Import-Module '$ModulePath'; $Script").BeginInvoke()
        Wait-Until { & $IsAtWork } "'$Script' at work"
        $null = $shell.BeginStop($null, $null).AsyncWaitHandle.WaitOne(30000)
        $shell.InvocationStateInfo.State
    } finally {
        $shell.Dispose()
    }
}

# Makes a class of a C# file beside this one known, to play a store.
function Add-TestStore([string] $Name) {
    # The contract is built for the oldest .NET that it serves: warning 1701 says that this one is newer.
    $references = @([Valkeyrie.KvPair].Assembly.Location) + (Get-ChildItem $PSHOME/ref/*.dll).FullName
    Add-Type -Path "$PSScriptRoot/$Name.cs" -ReferencedAssemblies $references -CompilerOptions '-nowarn:1701'
}

# What a command shows of its progress while a store holds it up, which is then let go.
function Get-ProgressOf([string] $Script, $Held) {
    $shell = [powershell]::Create()
    try {
        $run = $shell.AddScript("param(`$held) Import-Module '$ModulePath'; $Script").AddArgument($Held).BeginInvoke()
        Wait-Until { $shell.Streams.Progress.Count -gt 0 } "progress of '$Script'"
        $Held.Release()
        $null = $shell.EndInvoke($run)
        $shell.Streams.Progress
    } finally {
        $shell.Dispose()
    }
}

# How long completion waits for a store: on a busy machine much longer than users would like, so that what is completed does not depend on a clock.
function Set-CompletionPatience([timespan] $Patience) {
    $type = (Get-Command Get-KvValue).ImplementingType.Assembly.GetType('Valkeyrie.PowerShell.Completion.CompletionStore', $true)
    $type.GetProperty('Patience', [Reflection.BindingFlags]'Static, NonPublic').SetValue($null, $Patience)
}

# An authority, and PEM files of certificates that it signs. No program but .NET is needed.
function New-TestAuthority([string] $Name) {
    $key = [Security.Cryptography.ECDsa]::Create([Security.Cryptography.ECCurve+NamedCurves]::nistP256)
    $request = [Security.Cryptography.X509Certificates.CertificateRequest]::new("CN=$Name", $key, 'SHA256')
    $request.CertificateExtensions.Add([Security.Cryptography.X509Certificates.X509BasicConstraintsExtension]::new($true, $false, 0, $true))
    $request.CertificateExtensions.Add([Security.Cryptography.X509Certificates.X509KeyUsageExtension]::new('KeyCertSign, CrlSign', $true))
    $certificate = $request.CreateSelfSigned([DateTimeOffset]::UtcNow.AddDays(-1), [DateTimeOffset]::UtcNow.AddDays(2))
    $path = Join-Path $TestFolder "$Name.pem"
    Set-Content $path $certificate.ExportCertificatePem()
    [pscustomobject]@{ Certificate = $certificate; Path = $path }
}

function New-TestCertificate($Authority, [string] $Name, [string[]] $Address) {
    $key = [Security.Cryptography.ECDsa]::Create([Security.Cryptography.ECCurve+NamedCurves]::nistP256)
    $request = [Security.Cryptography.X509Certificates.CertificateRequest]::new("CN=$Name", $key, 'SHA256')
    $names = [Security.Cryptography.X509Certificates.SubjectAlternativeNameBuilder]::new()
    foreach ($one in $Address) {
        $ip = $null
        if ([Net.IPAddress]::TryParse($one, [ref] $ip)) { $names.AddIpAddress($ip) } else { $names.AddDnsName($one) }
    }

    $request.CertificateExtensions.Add($names.Build($false))
    $usages = [Security.Cryptography.OidCollection]::new()
    '1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2' | ForEach-Object { $null = $usages.Add([Security.Cryptography.Oid]::new($_)) }
    $request.CertificateExtensions.Add([Security.Cryptography.X509Certificates.X509EnhancedKeyUsageExtension]::new($usages, $false))
    $serial = [Security.Cryptography.RandomNumberGenerator]::GetBytes(8)
    $certificate = $request.Create($Authority.Certificate, [DateTimeOffset]::UtcNow.AddHours(-1), [DateTimeOffset]::UtcNow.AddDays(1), $serial)
    $certificatePath = Join-Path $TestFolder "$Name.pem"
    $keyPath = Join-Path $TestFolder "$Name.key"
    Set-Content $certificatePath $certificate.ExportCertificatePem()
    Set-Content $keyPath $key.ExportPkcs8PrivateKeyPem()
    [pscustomobject]@{ Path = $certificatePath; KeyPath = $keyPath }
}
