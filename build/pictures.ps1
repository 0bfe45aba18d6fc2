#requires -Version 7.4
<#
.SYNOPSIS
    Creates the pictures of docs/pictures: real sessions of this PowerShell with the staged module in a real terminal, tmux.
.DESCRIPTION
    The sessions are in pictures/sessions.psd1, or in the README if it shows them as text. Each is typed key by key in a separate home, /tmp/zoe,
    which appears in the pictures and is therefore always the same. The screen of tmux becomes the picture.

    A repeated picture is the same to the byte, unless the module, PowerShell or PSReadLine writes something else, or a session takes so long that a time to
    live in it expires (30 seconds in the first one); the tests report both. The script sets the pace of a recording, so that viewers can follow it: typing is even,
    and the durations of commands are omitted.
.PARAMETER Module
    The folder of the staged module.
.PARAMETER Output
    The folder for the pictures.
.PARAMETER Name
    The names of the pictures to create, separated by commas. Default: all.
.OUTPUTS
    The files of the pictures.
#>
[CmdletBinding()]
[OutputType([IO.FileInfo])]
param(
    [Parameter(Mandatory)]
    [string] $Module,

    [Parameter(Mandatory)]
    [string] $Output,

    [string] $Name
)

$ErrorActionPreference = 'Stop'
'Terminal', 'Capture', 'Xml', 'Svg', 'Recording', 'Session', 'Commands' | ForEach-Object { . $PSScriptRoot/pictures/$_.ps1 }

$homeFolder = '/tmp/zoe'
if (Test-Path $homeFolder) {
    throw "The pictures need their own home, '$homeFolder', which already exists. Remove it if it is no longer needed."
}

$module = (Resolve-Path $Module).Path
$null = New-Item $Output -ItemType Directory -Force
$wanted = @($Name -split ',' -ne '')
$pictures = (Import-PowerShellDataFile $PSScriptRoot/pictures/sessions.psd1).Picture
$unknown = @($wanted | Where-Object { $_ -notin $pictures.Name })
if ($unknown) {
    throw "There is no picture '$($unknown[0])'. The pictures are: $($pictures.Name -join ', ')."
}

foreach ($picture in $pictures | Where-Object { -not $wanted -or $_.Name -in $wanted }) {
    $picture.Step = @(Get-PictureStep $picture)
    $work = (New-Item -ItemType Directory ([IO.Path]::Combine([IO.Path]::GetTempPath(), "valkeyrie-$([guid]::NewGuid().ToString('n'))"))).FullName
    $null = New-Item $homeFolder -ItemType Directory
    try {
        $windows = @(Invoke-Session $picture -Module $module -HomeFolder $homeFolder -Work $work -Pwsh (Join-Path $PSHOME pwsh))
        $file = Join-Path $Output "$($picture.Name).svg"
        ConvertTo-Picture $windows -Title $picture.Title -Description $picture.Description | Set-Content $file
        Get-Item $file
    }
    finally {
        Remove-Item $homeFolder, $work -Recurse -Force
    }
}
