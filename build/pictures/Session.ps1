# The session of a picture, played in a terminal with keys, and the resulting screens.

# Typing and reading at a pace that a viewer can follow: seconds per typed character, per command to read, and per printed line.
# A recording has these times, not those of the machine; its content is real.
$TypingPace = 0.025
$CommandPace = 0.7
$LinePace = 0.22

# Returns the windows of the picture, for ConvertTo-Picture. Home is the user's empty folder, in which the module is found like an installed one.
function Invoke-Session([Collections.IDictionary] $Picture, [string] $Module, [string] $HomeFolder, [string] $Work, [string] $Pwsh) {
    $modules = New-Item -ItemType Directory (Join-Path $HomeFolder .local share powershell Modules) -Force
    Copy-Item $Module (Join-Path $modules Valkeyrie) -Recurse
    $environment = @{
        HOME = $HomeFolder; PATH = $env:PATH; LANG = 'C.UTF-8'; SHELL = '/bin/sh'; TZ = 'UTC0'
        POWERSHELL_UPDATECHECK = 'Off'; POWERSHELL_TELEMETRY_OPTOUT = '1'
    }
    if ($env:DOTNET_ROOT) {
        $environment.DOTNET_ROOT = $env:DOTNET_ROOT
    }

    $terminal = Open-Terminal -Folder $Work -Environment $environment -Directory $HomeFolder
    try {
        $windows = @($Picture.Window | ForEach-Object { Open-Window -Terminal $terminal -Description $_ -Pwsh $Pwsh })
        foreach ($step in $Picture.Step) {
            Invoke-Step $windows $step
        }

        foreach ($window in $windows) {
            Complete-Window $window ([bool]$Picture.IsRecording)
        }

        $windows
    }
    finally {
        Close-Terminal $terminal
    }
}

# The PowerShell of a new user, but without predictions from the history, which would appear between the typed characters.
function Open-Window($Terminal, [Collections.IDictionary] $Description, [string] $Pwsh) {
    $before = "Set-PSReadLineOption -PredictionSource None; $($Description.Before)"
    $pane = Add-Pane -Terminal $Terminal -Column $Description.Column -Row $Description.Row -Program $Pwsh, '-NoLogo', '-NoProfile', '-NoExit', '-Command', $before
    $window = [pscustomobject]@{
        Title = $Description.Title; Column = $Description.Column; Row = $Description.Row
        Pane = $pane; At = 0.0; Frame = [Collections.Generic.List[object]]::new()
    }
    Add-Frame $window (Wait-Prompt $window -1) -Seconds 0.8
    $window
}

# A step in the form of sessions.psd1.
function Invoke-Step([object[]] $Window, $Step) {
    $description = $Step -is [string] ? @{ Type = $Step } : $Step
    $one = $Window[[int]$description.In]
    $screen = Get-Screen $one.Pane
    if ($description.Type) {
        $screen = Invoke-Typing $one $description.Type
    }

    $line = $screen.CursorLine
    if ($description.Press) {
        Send-Key $one.Pane $description.Press
    }
    elseif ($description.Type -and -not $description.IsOpen) {
        Send-Key $one.Pane Enter
    }

    if ($description.Until) {
        $screen = Wait-Screen $one.Pane { (Get-MarkedText $args[0]) -match $description.Until -and ($args[0].Line -join "`n") -match $description.Drawn } -What "'$($description.Until)'"
    }
    elseif (-not $description.IsOpen) {
        $screen = Wait-Prompt $one $line
    }

    Add-Frame $one $screen -Seconds ($CommandPace + $LinePace * [Math]::Max(0, $screen.CursorLine - $line - 1))
}

# The text of the screen with a block at the cursor, which programs place last.
function Get-MarkedText($Screen) {
    $lines = @($Screen.Text)
    $lines[$Screen.CursorLine] = $lines[$Screen.CursorLine].PadRight($Screen.CursorColumn).Insert($Screen.CursorColumn, '█')
    $lines -join "`n"
}

# Key by key; each is awaited on the screen, and every second one creates a frame.
function Invoke-Typing($Window, [string] $Text) {
    $screen = Get-Screen $Window.Pane
    $place = $screen.CursorLine * $Window.Column + $screen.CursorColumn
    $count = 0
    foreach ($element in Split-TextElement $Text) {
        Send-Text $Window.Pane $element
        $place += Get-ElementWidth $element
        $screen = Wait-Screen $Window.Pane { $args[0].CursorLine * $Window.Column + $args[0].CursorColumn -eq $place } -What "'$element' of '$Text'"
        if (++$count % 2 -eq 0) {
            Add-Frame $Window $screen -Seconds (2 * $TypingPace)
        }
    }

    Add-Frame $Window $screen -Seconds 0.35
    $screen
}

# The prompt of a shell that waits for keys, below a line.
function Wait-Prompt($Window, [int] $Line) {
    Wait-Screen $Window.Pane {
        $screen = $args[0]
        $text = $screen.Text[$screen.CursorLine]
        $screen.IsReadingKeys -and $screen.CursorLine -gt $Line -and $text -match '^PS [^>]*>$' -and $screen.CursorColumn -eq $text.Length + 1
    } -What "a prompt below line $Line"
}

function Add-Frame($Window, $Screen, [double] $Seconds) {
    $Window.Frame.Add([pscustomobject]@{ At = $Window.At; Until = $Window.At + $Seconds; Screen = $Screen })
    $Window.At += $Seconds
}

# Screens become pieces of the picture. In a static picture, only the last screen is used.
function Complete-Window($Window, [bool] $IsRecording) {
    if (-not $IsRecording) {
        $Window.Frame.RemoveRange(0, $Window.Frame.Count - 1)
        $Window.Frame[0].At = 0
    }

    $Window.Frame[-1].Until += 4
    foreach ($frame in $Window.Frame) {
        $lines = @(ConvertFrom-Capture $frame.Screen.Line)
        $cursor = $frame.Screen.CursorLine
        $lines[$cursor] = @(Add-Cursor $lines[$cursor] $frame.Screen.CursorColumn)
        Add-Member -InputObject $frame -NotePropertyMembers @{ Line = @($lines | ForEach-Object { ConvertTo-LineSvg $_ }); Top = $frame.Screen.Top }
    }
}
