@echo off
rem Begins on Windows with the .NET SDK alone: installs the pinned PowerShell as a .NET tool of this checkout and runs build.ps1 in it.
rem   build.cmd TASK [ARGUMENT...]      the tasks: build.cmd help
setlocal
cd /d "%~dp0"

where dotnet >nul 2>nul || goto nodotnet
dotnet --version >nul || goto nodotnet

for /f "tokens=3 delims=<>" %%v in ('findstr /c:"<PowerShellToolVersion>" Directory.Packages.props') do set version=%%v
if exist ".tools\.store\powershell\%version%\" if exist .tools\pwsh.exe goto run
echo Installing the .NET tool PowerShell %version% into .tools.
dotnet tool update PowerShell --version %version% --allow-downgrade --tool-path .tools
if errorlevel 1 (
    echo PowerShell %version% could not be installed as a .NET tool; the reason is above. 1>&2
    exit /b 1
)

:run
.tools\pwsh.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File build.ps1 %*
exit /b %errorlevel%

:nodotnet
echo The .NET SDK 10.0.100 or newer was not found. Get it at https://dotnet.microsoft.com/download. 1>&2
exit /b 1
