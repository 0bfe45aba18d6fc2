#requires -Version 7.4
<#
.SYNOPSIS
    One entry for every task; build.sh is the same for a shell without PowerShell, and build.cmd for a Windows without one.
.PARAMETER Task
    build   stage the importable module under out/Valkeyrie; needs only the .NET SDK
    test    run xUnit, then Pester; tests that need missing tools are skipped and counted; with --coverage the last lines show how much of each assembly xUnit covers
    pester  run Pester alone, on the module staged last
    demo    the README's first session, on a private store that needs no server
    soak    run rounds under faults with growing seeds, and idle clients next to them, until one fails; arguments: duration (10m), first seed
    docs    update the pages of cmdlets under docs/en-US, and from them the help files under module/en-US
    pictures take the README's pictures again: real sessions in a real terminal, tmux; arguments: names of pictures; default: all
    chart   draw the pictures of speed from docs/measurements/etcd.json and cmdlets.json, which bench --json writes
    analyze check every script with PSScriptAnalyzer
    surface update the declared surface of the libraries, PublicAPI.Unshipped.txt, after a deliberate change
    notices write THIRD-PARTY-NOTICES.txt again, from the packages that the module ships
    package create out/package: the module for the PowerShell Gallery, and the libraries for NuGet; with --all-platforms a platform that cannot be compiled is an error
    release take the steps of the release workflow except publishing, into out/release, and try the result as a new user would
    bench   measure against the bare HTTP/2 loop and etcdctl; arguments: rows and options, see --help
.EXAMPLE
    ./build.ps1 test
.EXAMPLE
    ./build.ps1 soak 2h
.EXAMPLE
    ./build.ps1 bench put get --rounds 7
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('help', 'build', 'test', 'pester', 'demo', 'soak', 'docs', 'pictures', 'chart', 'analyze', 'surface', 'notices', 'package', 'release', 'bench')]
    [string] $Task = 'help',

    [Parameter(ValueFromRemainingArguments)]
    [string[]] $Argument
)

$ErrorActionPreference = 'Stop'
if ([Console]::IsOutputRedirected) {
    # Also for the processes that are started here.
    $env:NO_COLOR = '1'
}

Set-Location $PSScriptRoot
$results = Join-Path $PSScriptRoot out TestResults
$ownModules = Join-Path $PSScriptRoot .tools modules

function Invoke-HelpTask { [regex]::Match((Get-Content $PSCommandPath -Raw), '(?ms)^\.PARAMETER Task$(.*?)^\.').Groups[1].Value.Trim("`r", "`n") }

function Invoke-BuildTask {
    Assert-Dotnet
    Clear-StagedModule
    dotnet publish src/Valkeyrie.PowerShell -c Release -o out/Valkeyrie/bin
    Assert-ExitCode 'The build'
    Copy-Item Valkeyrie.psd1, LICENSE, THIRD-PARTY-NOTICES.txt, module/* out/Valkeyrie -Recurse
    if (-not (Invoke-Precompilation)) {
        '******** NOT PRECOMPILED: the compiler is not available, or it failed. The module works, but starts more slowly. ********'
    }

    'The module is in out/Valkeyrie. Import-Module ./out/Valkeyrie loads it.'
}

function Invoke-TestTask {
    if (-not (Find-Etcd)) {
        '******** NO ETCD: the tests that need it are skipped. ********'
    }

    Invoke-BuildTask
    Remove-Item $results -Recurse -Force -ErrorAction Ignore
    $suites = @(Invoke-XUnit -Coverage:($args -contains '--coverage'); Invoke-PesterApart)
    $suites.Skips | Format-SkippedTest
    $suites.Failures | Format-FailedTest
    foreach ($suite in $suites) {
        '{0,-8}{1}{2,7:0} s' -f $suite.Name, (Format-TestCount $suite), $suite.Seconds
    }

    if ($suites.Name -notcontains 'Pester') {
        '******** The PESTER suite DID NOT RUN: Pester could not be restored from NuGet; the reason is above. ********'
    }

    $suites.Coverage
    $total = [pscustomobject]@{}
    'Passed', 'Failed', 'Skipped' | ForEach-Object { $total | Add-Member $_ ($suites | Measure-Object $_ -Sum).Sum }
    Format-TestCount $total
    exit ($total.Failed -gt 0 -or $total.Passed -eq 0)
}

function Invoke-PesterTask {
    # If several processes share the files: the folder in which each process marks the files that it takes. The starting process has already fetched the tools.
    $claims = $args | Select-Object -First 1
    if (-not (Import-Pester)) {
        exit 2
    }

    # A test that needs a tool which not every machine has carries its name as a tag.
    $needs = [ordered]@{
        etcd             = [bool](Find-Program etcd) -and [bool](Find-Program etcdctl)
        etcdv2           = (Find-Program etcd) -and "$(& (Find-Program etcd) --help 2>&1)" -match 'enable-v2'
        consul           = [bool](Find-Program consul)
        zookeeper        = [bool]($env:VALKEYRIE_ZOOKEEPER ? $env:VALKEYRIE_ZOOKEEPER : (Get-Command zkServer.sh -CommandType Application -ErrorAction Ignore))
        PlatyPS          = Import-GalleryModule Microsoft.PowerShell.PlatyPS (Get-ToolVersion PlatyPS) -Installed:([bool] $claims)
        PSScriptAnalyzer = Import-GalleryModule PSScriptAnalyzer (Get-ToolVersion PSScriptAnalyzer) -Installed:([bool] $claims)
        PSResourceGet    = [bool](Get-Command Compress-PSResource -ErrorAction Ignore)
    }
    $missing = @($needs.Keys | Where-Object { -not $needs[$_] })

    # The largest first, so no process runs a long file after the others have ended.
    $files = Get-ChildItem tests/Pester -Filter *.Tests.ps1 | Sort-Object Length -Descending
    $runs = @($files | Where-Object { -not $claims -or (Request-File $_ $claims) } | ForEach-Object { Invoke-PesterFile $_ $missing })
    $failed = $runs | ForEach-Object { $_.FailedCount + $_.FailedBlocksCount + $_.FailedContainersCount } | Measure-Object -Sum
    $skipped = @($runs | ForEach-Object { $_.Skipped; $_.NotRun; $_.Inconclusive } | Where-Object { $_ })
    $null = New-Item $results -ItemType Directory -Force
    @{
        Passed  = [int]($runs | Measure-Object PassedCount -Sum).Sum
        Failed  = [int]$failed.Sum
        Skipped = $skipped.Count
        Skips   = @($skipped | ForEach-Object { Get-SkipReason $_ $missing })
        Failures = @($runs | ForEach-Object { $_.Failed; $_.FailedBlocks; $_.FailedContainers } | ForEach-Object { "$($_.ExpandedPath ?? $_)`n$($_.ErrorRecord)" })
    } | ConvertTo-Json | Set-Content (Join-Path $results "pester-$PID.json")
    exit ($failed.Sum -gt 0)
}

# True for the first process that asks.
function Request-File([IO.FileInfo] $File, [string] $Claims) {
    try {
        [IO.File]::Open((Join-Path $Claims $File.Name), [IO.FileMode]::CreateNew).Dispose()
        $true
    }
    catch [IO.IOException] {
        $false
    }
}

# The tests see these variables, so no test may use the same names.
function Invoke-PesterFile([IO.FileInfo] $PesterFile, [string[]] $MissingTools) {
    # Without Pester's XML report, which cannot contain the control characters of some tests.
    $configuration = New-PesterConfiguration
    $configuration.Run.Path = $PesterFile.FullName
    $configuration.Run.PassThru = $true
    $configuration.Filter.ExcludeTag = $MissingTools
    $configuration.Output.Verbosity = 'Detailed'

    # The tests see the variables of their caller, and must run with PowerShell's defaults.
    $ErrorActionPreference = 'Continue'
    $run = Invoke-Pester -Configuration $configuration
    $ErrorActionPreference = 'Stop'
    if (-not $run) {
        throw "Pester ended without a result for $PesterFile."
    }

    $run
}

function Invoke-DemoTask {
    Invoke-BuildTask
    & (Get-Pwsh) -NoProfile -NonInteractive -File samples/Tour/tour.ps1
    Assert-ExitCode 'The tour'
}

function Invoke-SoakTask {
    Assert-Dotnet
    if (-not (Find-Etcd)) {
        throw 'The soak needs etcd.'
    }

    dotnet run --project tests/Soak -c Release -- @Argument
    Assert-ExitCode 'The soak'
}

function Invoke-DocsTask {
    if (-not (Import-GalleryModule Microsoft.PowerShell.PlatyPS (Get-ToolVersion PlatyPS))) {
        throw 'The task docs needs Microsoft.PowerShell.PlatyPS 1.0. Install it: Install-PSResource Microsoft.PowerShell.PlatyPS.'
    }

    Invoke-BuildTask
    & (Get-Pwsh) -NoProfile -NonInteractive -File build/docs.ps1 -Module out/Valkeyrie -Source docs/en-US -Output module/en-US
    Assert-ExitCode 'The documentation'
    Copy-Item module/en-US out/Valkeyrie -Recurse -Force
}

function Invoke-PicturesTask {
    if (-not (Get-Command tmux -CommandType Application -ErrorAction Ignore)) {
        throw 'There are NO PICTURES: the task needs the terminal tmux, 3.3 or newer, which was not found. Get it: apt-get install tmux, or brew install tmux.'
    }

    Invoke-BuildTask
    & (Get-Pwsh) -NoProfile -NonInteractive -File build/pictures.ps1 -Module out/Valkeyrie -Output docs/pictures -Name ($args -join ',')
    Assert-ExitCode 'Taking the pictures'
}

function Invoke-ChartTask {
    foreach ($name in (@{ etcd = 'speed'; cmdlets = 'speed-cmdlets' }).GetEnumerator()) {
        & (Get-Pwsh) -NoProfile -NonInteractive -File build/chart.ps1 -Measurement "docs/measurements/$($name.Key).json" -Output "docs/pictures/$($name.Value).svg"
        Assert-ExitCode 'Drawing the chart'
    }
}

function Invoke-AnalyzeTask {
    if (-not (Import-GalleryModule PSScriptAnalyzer (Get-ToolVersion PSScriptAnalyzer))) {
        throw 'The scripts were NOT ANALYZED: PSScriptAnalyzer is not installed. Install it: Install-PSResource PSScriptAnalyzer.'
    }

    $findings = @(& ./build/analyze.ps1)
    $findings
    "$($findings.Count) findings"
    exit ($findings.Count -gt 0)
}

# From the analyzer's messages: dotnet format removes lines that records need.
function Invoke-SurfaceTask {
    foreach ($declared in Get-Item src/*/PublicAPI.Unshipped.txt) {
        $said = dotnet build $declared.DirectoryName -c Release --no-incremental -v quiet -nologo -p:NuGetAudit=false | Out-String -Stream
        $shipped = Get-Item (Join-Path $declared.DirectoryName PublicAPI.Shipped.txt)
        $new, $gone = 'RS0016', 'RS0017' | ForEach-Object {
            $id = $_
            , @($said | Where-Object { $_ -match "$($declared.Directory.Name)\b.* $id`: Symbol '(.+)' is (not )?part of the declared" } | ForEach-Object { $Matches[1] } | Sort-Object -Unique -CaseSensitive)
        }
        foreach ($file in $shipped, $declared) {
            $lines = [Collections.Generic.SortedSet[string]]::new([string[]] @(Get-Content $file | Where-Object { $_ -cnotin $gone -and $_ -cne '#nullable enable' }), [StringComparer]::Ordinal)
            if ($file -eq $declared) {
                $lines.UnionWith([string[]] $new)
            }

            Set-Content $file (@('#nullable enable') + $lines)
        }

        "$($declared.Directory.Name): $($new.Count) new, $($gone.Count) gone"
        dotnet build $declared.DirectoryName -c Release -v quiet -nologo
        Assert-ExitCode "Building $($declared.Directory.Name)"
    }
}

function Invoke-PackageTask {
    Invoke-BuildTask
    $platforms = (dotnet msbuild src/Valkeyrie.Precompiled -getProperty:PrecompiledPlatforms) -split ';'
    $missing = @($platforms | Where-Object { -not (Invoke-Precompilation $_) })
    if ($missing -and $args -contains '--all-platforms') {
        throw "Nothing could be compiled for $($missing -join ', ')."
    }

    Remove-Item out/package -Recurse -Force -ErrorAction Ignore
    $package = & ./build/pack.ps1 -Module out/Valkeyrie -Destination out/package -ProjectUri (Get-ProjectUri)
    $without = $missing ? ". NOT PRECOMPILED, and so slower to start: $($missing -join ', ')" : ''
    "The module's package is $([IO.Path]::GetRelativePath($PSScriptRoot, $package.FullName)), $([Math]::Round($package.Length / 1MB, 1)) MB$without."
    $libraries = & ./build/pack-libraries.ps1 -Destination out/package/nuget -ProjectUri (Get-ProjectUri)
    "The libraries' packages are in out/package/nuget: $($libraries.BaseName -join ', ')."
}

function Invoke-NoticesTask {
    Assert-Dotnet
    dotnet restore src/Valkeyrie.PowerShell -v quiet
    Assert-ExitCode 'The restore'
    & ./build/notices.ps1 | Set-Content THIRD-PARTY-NOTICES.txt
}

function Invoke-ReleaseTask {
    Invoke-PackageTask @args
    & (Get-Pwsh) -NoProfile -NonInteractive -File build/release.ps1 -Package out/package -Destination out/release
    Assert-ExitCode 'The release'
}

function Invoke-BenchTask {
    Assert-Dotnet
    dotnet run --project bench/Valkeyrie.Bench -c Release -- @args
    Assert-ExitCode 'The benchmark'
}

# --- parts of tasks -------------------------------------------------------------------------------------------------------------------

function Assert-Dotnet {
    # Runs inside the repository, because global.json determines the suitable SDKs.
    if (-not (Get-Command dotnet -ErrorAction Ignore) -or -not (dotnet --version)) {
        throw 'The .NET SDK 10.0.100 or newer was not found. Get it at https://dotnet.microsoft.com/download.'
    }
}

function Assert-ExitCode([string] $What) {
    if ($LASTEXITCODE -ne 0) {
        throw "$What failed with exit code $LASTEXITCODE."
    }
}

# True if etcd and etcdctl are available. On systems other than Windows, build.sh finds them, and installs them if that is allowed.
function Find-Etcd {
    if (-not $IsWindows) {
        bash ./build.sh etcd etcd etcdctl | Out-Host
        return $LASTEXITCODE -eq 0
    }

    $missing = @('etcd', 'etcdctl' | Where-Object { -not (Find-Program $_) })
    foreach ($name in $missing) {
        "$name was not found. Get it at https://github.com/etcd-io/etcd/releases; put it on PATH, or set VALKEYRIE_$($name.ToUpperInvariant()) to its path." | Out-Host
    }

    $missing.Count -eq 0
}

# A program is the one in VALKEYRIE_ETCD, VALKEYRIE_ETCDCTL or VALKEYRIE_CONSUL, or the one on PATH.
function Find-Program([string] $Name) {
    $named = [Environment]::GetEnvironmentVariable("VALKEYRIE_$($Name.ToUpperInvariant())")
    Get-Command ($named ? $named : $Name) -CommandType Application -TotalCount 1 -ErrorAction Ignore
}

# Windows locks the files of a module while a PowerShell has it imported.
function Clear-StagedModule {
    try {
        Get-Item out/Valkeyrie -ErrorAction Ignore | Remove-Item -Recurse -Force
    }
    catch {
        throw "out/Valkeyrie cannot be replaced: $($_.Exception.Message) If this or another PowerShell has imported the module from there, end that PowerShell first."
    }
}

# Compiles the staged assemblies to a platform's native code; default: the platform of this machine. False if that is not possible.
function Invoke-Precompilation([string] $Platform) {
    $runtime = $Platform ? '-r', $Platform : @()
    dotnet publish src/Valkeyrie.Precompiled -c Release @runtime | Out-Host
    $LASTEXITCODE -eq 0
}

# The GitHub repository of this checkout; nothing if it has none.
function Get-ProjectUri {
    $origin = $env:GITHUB_REPOSITORY ? "https://github.com/$env:GITHUB_REPOSITORY" : (git config --get remote.origin.url)
    if ($origin -match 'github\.com[:/](?<name>[^/]+/[^/]+?)(\.git)?/?$') {
        "https://github.com/$($Matches.name)"
    }
}

# Not the file of the process: a PowerShell that was installed as a .NET tool runs as dotnet.
function Get-Pwsh { Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh') }

function Invoke-XUnit([switch] $Coverage) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $collect = $Coverage ? '--settings', 'tests/Valkeyrie.Tests/coverage.runsettings' : @()
    dotnet test tests/Valkeyrie.Tests -c Release --logger 'trx;LogFileName=xunit.trx' --results-directory $results @collect | Out-Host
    $exitCode = $LASTEXITCODE
    $report = Join-Path $results xunit.trx
    if (-not (Test-Path $report)) {
        throw "The xUnit tests ended without a result (exit code $exitCode)."
    }

    $run = ([xml](Get-Content $report -Raw)).TestRun
    $counters = $run.ResultSummary.Counters
    $failed = [int]$counters.executed - [int]$counters.passed
    if ($exitCode -ne 0 -and $failed -eq 0) {
        throw "The xUnit run failed (exit code $exitCode), but no test failed."
    }

    [pscustomobject]@{
        Name    = 'xUnit'
        Passed  = [int]$counters.passed
        Failed  = $failed
        Skipped = [int]$counters.total - [int]$counters.executed
        Seconds = $watch.Elapsed.TotalSeconds
        Skips   = @($run.Results.UnitTestResult | Where-Object outcome -EQ NotExecuted | ForEach-Object { $_.Output.ErrorInfo.Message })
        Failures = @($run.Results.UnitTestResult | Where-Object outcome -EQ Failed | ForEach-Object { "$($_.testName)`n$($_.Output.ErrorInfo.Message)`n$($_.Output.ErrorInfo.StackTrace)" })
        Coverage = @(Get-ChildItem $results -Recurse -Filter coverage.cobertura.xml | Select-Object -First 1 | Format-Coverage)
    }
}

# The number of executed lines of each assembly, from a report in the Cobertura format.
function Format-Coverage {
    process {
        foreach ($package in ([xml](Get-Content $_ -Raw)).coverage.packages.package | Sort-Object name) {
            'Coverage {0,-24}{1,4:0} % of lines, {2,3:0} % of branches' -f $package.name, (100 * $package.'line-rate'), (100 * $package.'branch-rate')
        }
    }
}

# In separate processes: the assemblies that the tests load must not remain locked in the user's session. There is one process per processor, up to
# four, and each takes the next free file.
function Invoke-PesterApart {
    if (-not (Restore-Pester)) {
        return
    }

    Find-GalleryModule Microsoft.PowerShell.PlatyPS (Get-ToolVersion PlatyPS) | Out-Null
    Find-GalleryModule PSScriptAnalyzer (Get-ToolVersion PSScriptAnalyzer) | Out-Null
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $claims = (New-Item (Join-Path $results claims) -ItemType Directory -Force).FullName
    $logs = 1..[Math]::Min(4, [Environment]::ProcessorCount) | ForEach-Object { Join-Path $results "pester-$_.log" }
    $workers = $logs | ForEach-Object {
        Start-Process (Get-Pwsh) '-NoProfile', '-NonInteractive', '-File', 'build.ps1', 'pester', "`"$claims`"" -RedirectStandardOutput $_ -RedirectStandardError "$_.errors" -PassThru
    }
    $workers | ForEach-Object { $_.WaitForExit() }
    $logs | ForEach-Object { Get-Content $_, "$_.errors" } | Out-Host
    $reports = @(Get-ChildItem $results -Filter pester-*.json | ForEach-Object { Get-Content $_ -Raw | ConvertFrom-Json })
    if ($reports.Count -lt $workers.Count) {
        throw "Of $($workers.Count) processes that ran Pester tests, $($reports.Count) ended with a result (exit codes $($workers.ExitCode -join ', '))."
    }

    [pscustomobject]@{
        Name    = 'Pester'
        Passed  = ($reports | Measure-Object Passed -Sum).Sum
        Failed  = ($reports | Measure-Object Failed -Sum).Sum
        Skipped = ($reports | Measure-Object Skipped -Sum).Sum
        Seconds = $watch.Elapsed.TotalSeconds
        Skips   = @($reports.Skips)
        Failures = @($reports.Failures)
    }
}

# The reason why Pester skipped a test: the tools in its tags or those of the enclosing blocks, otherwise its own conditions.
function Get-SkipReason($Test, [string[]] $Missing) {
    $tags = @($Test.Tag)
    for ($block = $Test.Block; $block; $block = $block.Parent) {
        $tags += $block.Tag
    }

    $lacking = $tags | Where-Object { $_ -in $Missing } | Select-Object -First 1
    $lacking ? "$lacking is not installed here." : "$($Test.ExpandedPath): not for this system."
}

# One line per reason, with the number of tests.
function Format-SkippedTest {
    $reasons = @($input | Where-Object { $_ } | Group-Object | Sort-Object Count -Descending)
    if ($reasons) {
        'Skipped tests by reason:'
        $reasons | ForEach-Object { '{0,7}  {1}' -f $_.Count, $_.Name }
    }
}

# Each failed test with the reason, at the end of the output, where a reader of a remote run looks first.
function Format-FailedTest {
    $failures = @($input | Where-Object { $_ })
    if ($failures) {
        'Failed tests:'
        $failures | ForEach-Object { ($_ -split '\r?\n' | Select-Object -First 20) -replace '^', '    ' -join [Environment]::NewLine }
    }
}

function Format-TestCount($Suite) {
    "$($Suite.Passed) passed, $($Suite.Failed) failed" + ($Suite.Skipped -gt 0 ? ", $($Suite.Skipped) skipped" : '')
}

function Get-ToolVersion([string] $Name) { & ./build/tool-version.ps1 $Name }

# The pinned Pester, from its NuGet package. False if it is not available.
function Restore-Pester {
    dotnet restore build/tools -v quiet | Out-Host
    $LASTEXITCODE -eq 0
}

function Import-Pester {
    if (-not (Restore-Pester)) {
        return $false
    }

    $packages = dotnet msbuild build/tools -getProperty:NuGetPackageRoot
    Import-Module (Join-Path $packages pester (Get-ToolVersion Pester) tools Pester.psd1)
    $true
}

# A module of the gallery by name and version: the installed one, or one that is saved into a folder of this checkout. Nothing if it is not available.
function Find-GalleryModule([string] $Name, [string] $Range, [switch] $Installed) {
    if (($env:PSModulePath -split [IO.Path]::PathSeparator) -notcontains $ownModules) {
        $env:PSModulePath += [IO.Path]::PathSeparator + $ownModules
    }

    $minimum, $maximum = $Range.Trim('[', ']') -split ','
    $wanted = @{ ModuleName = $Name; ModuleVersion = $minimum; MaximumVersion = $maximum }
    if (Get-Module -FullyQualifiedName $wanted -ListAvailable) {
        return $wanted
    }

    if ($Installed) {
        return
    }

    "$Name $minimum or newer is not installed; trying the PowerShell Gallery." | Out-Host
    try {
        New-Item $ownModules -ItemType Directory -Force | Out-Null
        Save-PSResource $Name -Version $Range -Path $ownModules -TrustRepository
        $wanted
    }
    catch {
        "$Name is not available: $($_.Exception.Message)" | Out-Host
    }
}

function Import-GalleryModule([string] $Name, [string] $Range, [switch] $Installed) {
    try {
        $wanted = Find-GalleryModule $Name $Range -Installed:$Installed
        if ($wanted) {
            Import-Module -FullyQualifiedName $wanted -Scope Global
        }

        [bool] $wanted
    }
    catch {
        # An installed package can be built for another PowerShell.
        "$Name could not be loaded: $($_.Exception.Message)" | Out-Host
        $false
    }
}

& "Invoke-${Task}Task" @Argument
