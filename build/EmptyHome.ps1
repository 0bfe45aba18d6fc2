# The PowerShell of a new user. Dot-sourced by the tests of the package and by the trial of a release.

<#
.SYNOPSIS
    Runs a command in a PowerShell without this user's modules, repositories and files, and emits its output.
.DESCRIPTION
    Fails if the command writes errors. Windows has no variable for the folder of a user's modules, so UserHome/modules is used there, with PSModulePath.
#>
function Invoke-AtEmptyHome([string] $UserHome, [string] $Command) {
    $pwsh = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')
    $start = [Diagnostics.ProcessStartInfo]::new($pwsh, @('-NoProfile', '-NonInteractive', '-Command', "`$ErrorActionPreference = 'Stop'; $Command"))
    $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    $start.WorkingDirectory = $UserHome
    $null = $start.Environment.Remove('PSModulePath')
    'HOME', 'USERPROFILE', 'LOCALAPPDATA', 'APPDATA' | ForEach-Object { $start.Environment[$_] = $UserHome }

    # PowerShell reads these variables, PSResourceGet only HOME: both must name the same folders.
    @{ XDG_DATA_HOME = '.local/share'; XDG_CONFIG_HOME = '.config'; XDG_CACHE_HOME = '.cache' }.GetEnumerator() |
        ForEach-Object { $start.Environment[$_.Key] = Join-Path $UserHome $_.Value }
    if ($IsWindows) {
        $start.Environment['PSModulePath'] = Join-Path $UserHome modules
    }

    $process = [Diagnostics.Process]::Start($start)
    $errors = $process.StandardError.ReadToEndAsync()
    $process.StandardOutput.ReadToEnd().TrimEnd() -split '\r?\n'
    $process.WaitForExit()
    if ($errors.Result -or $process.ExitCode -ne 0) {
        throw "At an empty home, exit code $($process.ExitCode): $Command`n$($errors.Result)"
    }
}

<#
.SYNOPSIS
    The command that registers a local folder as the repository "shelf" of an empty home.
#>
function Get-ShelfCommand([string] $Folder) {
    "Import-Module '$((Get-Command Compress-PSResource).Module.Path)'; Register-PSResourceRepository shelf -Uri '$Folder' -Trusted"
}

<#
.SYNOPSIS
    The command that installs the module from there.
#>
function Get-InstallCommand([string] $UserHome) {
    if (-not $IsWindows) {
        return 'Install-PSResource Valkeyrie -Repository shelf'
    }

    $modules = Join-Path $UserHome modules
    "`$null = mkdir '$modules'; Save-PSResource Valkeyrie -Repository shelf -Path '$modules'"
}
