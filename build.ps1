#requires -Version 7.4
<#
.SYNOPSIS
    One entry for every task; build.sh is the same for a shell without PowerShell.
.PARAMETER Task
    build   stage the importable module under out/Valkeyrie; needs the .NET SDK alone
    test    run xUnit, then Pester
    pester  run Pester alone, on the module staged last
    demo    the README's first session, on a private store that needs no server
    soak    rounds under faults with growing seeds until one shows something wrong; arguments: duration (10m), first seed
    docs    renew the pages of cmdlets under docs/en-US, and from them the help files under module/en-US
    pictures take the README's pictures anew: real sessions in a real terminal, tmux; arguments: names of pictures, else all
    analyze look through every script with PSScriptAnalyzer
    package make out/package/Valkeyrie.VERSION.nupkg, fit for the PowerShell Gallery; with --all-platforms it is an error if one cannot be compiled for
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
    [Parameter(Mandatory, Position = 0)]
    [ValidateSet('build', 'test', 'pester', 'demo', 'soak', 'docs', 'pictures', 'analyze', 'package', 'bench')]
    [string] $Task,

    [Parameter(ValueFromRemainingArguments)]
    [string[]] $Argument
)

$ErrorActionPreference = 'Stop'
if ([Console]::IsOutputRedirected) {
    # For what is started from here too.
    $env:NO_COLOR = '1'
}

Set-Location $PSScriptRoot
$results = Join-Path $PSScriptRoot out TestResults
$ownModules = Join-Path $PSScriptRoot .tools modules

function Invoke-BuildTask {
    Assert-Dotnet
    Remove-Item out/Valkeyrie -Recurse -Force -ErrorAction Ignore
    dotnet publish src/Valkeyrie.PowerShell -c Release -o out/Valkeyrie/bin
    Assert-ExitCode 'The build'
    Copy-Item Valkeyrie.psd1, module/* out/Valkeyrie -Recurse
    if (-not (Invoke-Precompilation)) {
        '******** NOT PRECOMPILED: the compiler could not be had, or failed. The module works, and takes longer to start. ********'
    }

    'The module is in out/Valkeyrie. Import-Module ./out/Valkeyrie loads it.'
}

function Invoke-TestTask {
    Assert-Etcd etcd, etcdctl
    Invoke-BuildTask
    Remove-Item $results -Recurse -Force -ErrorAction Ignore
    $suites = @(Invoke-XUnit; Invoke-PesterApart)
    $passed, $failed, $skipped = 'Passed', 'Failed', 'Skipped' | ForEach-Object { ($suites | Measure-Object $_ -Sum).Sum }
    $skips = $skipped -gt 0 ? ", $skipped skipped" : ''
    "$passed passed, $failed failed$skips"
    exit ($failed -gt 0 -or $passed -eq 0)
}

function Invoke-PesterTask {
    if (-not (Find-GalleryModule Pester 5.5 5.999)) {
        exit 2
    }

    # The tests of the help pages and of the scripts go without these, and say so.
    $null = Find-GalleryModule Microsoft.PowerShell.PlatyPS 1.0.1 1.999
    $null = Find-GalleryModule PSScriptAnalyzer 1.22 1.999

    $configuration = New-PesterConfiguration
    $configuration.Run.Path = 'tests/Pester'
    $configuration.Run.PassThru = $true
    $configuration.Output.Verbosity = 'Detailed'
    $configuration.TestResult.Enabled = $true
    $configuration.TestResult.OutputPath = Join-Path $results pester.xml

    # The tests see the variables of whoever calls them, and are to meet PowerShell's own default.
    $ErrorActionPreference = 'Continue'
    $run = Invoke-Pester -Configuration $configuration
    $ErrorActionPreference = 'Stop'
    $failed = $run.FailedCount + $run.FailedBlocksCount + $run.FailedContainersCount
    $skipped = $run.SkippedCount + $run.NotRunCount + $run.InconclusiveCount
    @{ Passed = $run.PassedCount; Failed = $failed; Skipped = $skipped } | ConvertTo-Json | Set-Content (Join-Path $results pester.json)
    exit ($failed -gt 0)
}

function Invoke-DemoTask {
    Invoke-BuildTask
    & (Get-Pwsh) -NoProfile -NonInteractive -File samples/Tour/tour.ps1
    Assert-ExitCode 'The tour'
}

function Invoke-SoakTask {
    Assert-Dotnet
    Assert-Etcd etcd, etcdctl
    dotnet run --project tests/Soak -c Release -- @Argument
    Assert-ExitCode 'The soak'
}

function Invoke-DocsTask {
    if (-not (Find-GalleryModule Microsoft.PowerShell.PlatyPS 1.0.1 1.999)) {
        throw 'The pages are read and written by Microsoft.PowerShell.PlatyPS 1.0. Install it: Install-PSResource Microsoft.PowerShell.PlatyPS.'
    }

    Invoke-BuildTask
    & (Get-Pwsh) -NoProfile -NonInteractive -File build/docs.ps1 -Module out/Valkeyrie -Source docs/en-US -Output module/en-US
    Assert-ExitCode 'The documentation'
    Copy-Item module/en-US out/Valkeyrie -Recurse -Force
}

function Invoke-PicturesTask {
    if (-not (Get-Command tmux -CommandType Application -ErrorAction Ignore)) {
        throw 'There are NO PICTURES: they are taken in the terminal tmux, 3.3 or newer, which was not found. Get it: apt-get install tmux, or brew install tmux.'
    }

    Invoke-BuildTask
    & (Get-Pwsh) -NoProfile -NonInteractive -File build/pictures.ps1 -Module out/Valkeyrie -Output docs/pictures -Name ($args -join ',')
    Assert-ExitCode 'Taking the pictures'
}

function Invoke-AnalyzeTask {
    if (-not (Find-GalleryModule PSScriptAnalyzer 1.22 1.999)) {
        throw 'The scripts were NOT ANALYZED: PSScriptAnalyzer is not to be had here. Install it: Install-PSResource PSScriptAnalyzer.'
    }

    $findings = @(& ./build/analyze.ps1)
    $findings
    "$($findings.Count) findings"
    exit ($findings.Count -gt 0)
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
    "The package is $([IO.Path]::GetRelativePath($PSScriptRoot, $package.FullName)), $([Math]::Round($package.Length / 1MB, 1)) MB$without."
}

function Invoke-BenchTask {
    Assert-Dotnet
    dotnet run --project bench/Valkeyrie.Bench -c Release -- @args
    Assert-ExitCode 'The benchmark'
}

# --- parts of tasks -------------------------------------------------------------------------------------------------------------------

function Assert-Dotnet {
    # Asked inside the repository: global.json has a say in which SDK will do.
    if (-not (Get-Command dotnet -ErrorAction Ignore) -or -not (dotnet --version)) {
        throw 'The .NET SDK, 8.0.100 or newer, was not found. Get it at https://dotnet.microsoft.com/download.'
    }
}

function Assert-ExitCode([string] $What) {
    if ($LASTEXITCODE -ne 0) {
        throw "$What failed with exit code $LASTEXITCODE."
    }
}

# On other systems than Windows build.sh knows how to find them, and to install them where that may be done.
function Assert-Etcd([string[]] $Program) {
    if (-not $IsWindows) {
        bash ./build.sh etcd @Program
        Assert-ExitCode 'Finding etcd'
        return
    }

    foreach ($name in $Program) {
        $named = [Environment]::GetEnvironmentVariable("VALKEYRIE_$($name.ToUpperInvariant())")
        if (-not (Get-Command ($named ? $named : $name) -CommandType Application -ErrorAction Ignore)) {
            throw "$name was not found. Get it at https://github.com/etcd-io/etcd/releases; put it on PATH, or its path into `$env:VALKEYRIE_$($name.ToUpperInvariant())."
        }
    }
}

# Compiles what is staged to a platform's native code; this machine's own where none is named. False if that cannot be done.
function Invoke-Precompilation([string] $Platform) {
    $runtime = $Platform ? '-r', $Platform : @()
    dotnet publish src/Valkeyrie.Precompiled -c Release @runtime | Out-Host
    $LASTEXITCODE -eq 0
}

# The repository on GitHub that this is a checkout of; nothing if it is none.
function Get-ProjectUri {
    $origin = $env:GITHUB_REPOSITORY ? "https://github.com/$env:GITHUB_REPOSITORY" : (git config --get remote.origin.url)
    if ($origin -match 'github\.com[:/](?<name>[^/]+/[^/]+?)(\.git)?/?$') {
        "https://github.com/$($Matches.name)"
    }
}

# The process's own file would not do: a PowerShell that was installed as a tool of .NET runs as dotnet.
function Get-Pwsh { Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh') }

function Invoke-XUnit {
    dotnet test tests/Valkeyrie.Tests -c Release --logger 'trx;LogFileName=xunit.trx' --results-directory $results | Out-Host
    $exitCode = $LASTEXITCODE
    $report = Join-Path $results xunit.trx
    if (-not (Test-Path $report)) {
        throw "The xUnit tests ended without a result (exit code $exitCode)."
    }

    $counters = ([xml](Get-Content $report -Raw)).TestRun.ResultSummary.Counters
    $failed = [int]$counters.executed - [int]$counters.passed
    if ($exitCode -ne 0 -and $failed -eq 0) {
        throw "The xUnit run failed (exit code $exitCode) though no test did."
    }

    [pscustomobject]@{ Passed = [int]$counters.passed; Failed = $failed; Skipped = [int]$counters.total - [int]$counters.executed }
}

# In a process of its own: the assemblies that the tests load must not stay locked in the session of the person who builds.
function Invoke-PesterApart {
    & (Get-Pwsh) -NoProfile -NonInteractive -File build.ps1 pester | Out-Host
    $exitCode = $LASTEXITCODE
    $report = Join-Path $results pester.json
    if (Test-Path $report) {
        Get-Content $report -Raw | ConvertFrom-Json
    }
    elseif ($exitCode -eq 2) {
        '******** The PESTER suite DID NOT RUN: Pester 5 is not to be had here. ********' | Out-Host
    }
    else {
        throw "The Pester tests ended without a result (exit code $exitCode)."
    }
}

# Loads a module of the gallery: the one that is installed, or one that is saved into a folder of this checkout's own.
function Find-GalleryModule([string] $Name, [version] $Minimum, [version] $Maximum) {
    if (($env:PSModulePath -split [IO.Path]::PathSeparator) -notcontains $ownModules) {
        $env:PSModulePath += [IO.Path]::PathSeparator + $ownModules
    }

    $wanted = @{ FullyQualifiedName = @{ ModuleName = $Name; ModuleVersion = $Minimum; MaximumVersion = $Maximum } }
    if (-not (Get-Module @wanted -ListAvailable)) {
        "$Name $Minimum or newer is not installed; trying the PowerShell Gallery." | Out-Host
        try {
            New-Item $ownModules -ItemType Directory -Force | Out-Null
            Save-PSResource $Name -Version "[$Minimum,$Maximum]" -Path $ownModules -TrustRepository
        }
        catch {
            "It could not be had: $($_.Exception.Message)" | Out-Host
            return $false
        }
    }

    Import-Module @wanted
    $true
}

& "Invoke-${Task}Task" @Argument
