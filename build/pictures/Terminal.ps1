# A terminal without a window: tmux in its control mode. It reads commands from its input, and its output reports every change of a pane,
# so nothing here waits by the clock.

# Programs in its panes get only this environment.
function Open-Terminal([string] $Folder, [Collections.IDictionary] $Environment, [string] $Directory) {
    $configuration = Join-Path $Folder tmux.conf
    Set-Content $configuration @(
        'set-option -g default-terminal tmux-256color'
        'set-option -g history-limit 5000'
        'set-option -g remain-on-exit on'
    )
    $socket = Join-Path $Folder tmux.socket
    $start = [Diagnostics.ProcessStartInfo]::new('tmux', [string[]]@('-u', '-f', $configuration, '-S', $socket, '-C', 'new-session', 'cat'))
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    $start.StandardInputEncoding = $start.StandardOutputEncoding = [Text.UTF8Encoding]::new($false)
    $start.WorkingDirectory = $Directory
    $start.Environment.Clear()
    $Environment.GetEnumerator() | ForEach-Object { $start.Environment[$_.Key] = $_.Value }
    $process = [Diagnostics.Process]::Start($start)
    $terminal = [pscustomobject]@{ Process = $process; Pending = $process.StandardOutput.ReadLineAsync(); Changed = $false }
    $null = Read-TmuxReply $terminal
    $terminal
}

# Ends tmux, and waits for the end of the programs in its panes.
function Close-Terminal($Terminal) {
    if ($Terminal.Process.HasExited) {
        return
    }

    $programs = @(Invoke-Tmux $Terminal "list-panes -s -F '#{pane_pid}'" | ForEach-Object { Get-Process -Id $_ -ErrorAction Ignore })
    $Terminal.Process.StandardInput.WriteLine('kill-server')
    foreach ($program in @($Terminal.Process) + $programs) {
        if (-not $program.WaitForExit(10000)) {
            $program.Kill()
            $program.WaitForExit()
        }
    }
}

# Starts a program in a separate pane and returns the pane: its terminal and tmux's name for it. The pane has its size before the program starts, so
# nothing is drawn twice.
function Add-Pane($Terminal, [int] $Column, [int] $Row, [string[]] $Program) {
    $id = Invoke-Tmux $Terminal "new-window -d -P -F '#{pane_id}' cat"
    $null = Invoke-Tmux $Terminal "resize-window -t $id -x $Column -y $Row"
    $null = Invoke-Tmux $Terminal "respawn-pane -k -t $id $(($Program | ForEach-Object { ConvertTo-TmuxWord $_ }) -join ' ')"
    [pscustomobject]@{ Terminal = $Terminal; Id = $id }
}

function Send-Text($Pane, [string] $Text) { $null = Invoke-Tmux $Pane.Terminal "send-keys -t $($Pane.Id) -l -- $(ConvertTo-TmuxWord $Text)" }

# A key by its name in tmux, such as Enter or C-c.
function Send-Key($Pane, [string] $Key) { $null = Invoke-Tmux $Pane.Terminal "send-keys -t $($Pane.Id) $Key" }

# The content of a pane, including the lines that have scrolled out of it: lines with their escape sequences, the same as plain text, and positions from the
# first line.
function Get-Screen($Pane) {
    # Two commands in one line run at the same instant; each has a reply.
    $format = '#{history_size} #{cursor_y} #{cursor_x} #{keypad_flag} #{pane_dead}'
    $state = (Invoke-Tmux $Pane.Terminal "display-message -p -t $($Pane.Id) '$format' ; capture-pane -p -e -N -t $($Pane.Id) -S -") -split ' '
    $lines = [string[]]@(Read-TmuxReply $Pane.Terminal 'capture-pane')
    if ($state[4] -eq '1') {
        throw "The program in the terminal has ended:`n$($lines -join "`n")"
    }

    [pscustomobject]@{
        Line          = $lines
        Text          = [string[]]@($lines | ForEach-Object { ($_ -replace '\e\[[0-9;:]*m').TrimEnd() })
        Top           = [int]$state[0]
        CursorLine    = [int]$state[0] + [int]$state[1]
        CursorColumn  = [int]$state[2]
        IsReadingKeys = $state[3] -eq '1'
    }
}

# Waits until a screen meets a condition, and checks again after every change that the terminal reports.
function Wait-Screen($Pane, [scriptblock] $Condition, [string] $What) {
    $terminal = $Pane.Terminal
    $clock = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        $terminal.Changed = $false
        $screen = Get-Screen $Pane
        if (& $Condition $screen) {
            return $screen
        }

        while (-not $terminal.Changed) {
            $left = 60000 - $clock.ElapsedMilliseconds
            if ($left -le 0 -or -not $terminal.Pending.Wait([int]$left)) {
                throw "The terminal did not show $What. It shows:`n$($screen.Text -join "`n")"
            }

            $null = Read-TmuxLine $terminal
        }
    }
}

# The reply of tmux to a command.
function Invoke-Tmux($Terminal, [string] $Command) {
    $Terminal.Process.StandardInput.WriteLine($Command)
    Read-TmuxReply $Terminal $Command
}

# A reply is between %begin and %end, or %error, with the same numbers after both; notifications come before and after.
function Read-TmuxReply($Terminal, [string] $Command = 'new-session') {
    do {
        $line = Read-TmuxLine $Terminal
    } until ($line -match '^%begin (?<figures>.+)$')
    $figures = $Matches.figures
    $reply = @(
        while (($line = Read-TmuxLine $Terminal) -ne "%end $figures") {
            if ($line -eq "%error $figures") {
                throw "tmux refused $Command."
            }

            $line
        }
    )
    $reply
}

function Read-TmuxLine($Terminal) {
    $line = $Terminal.Pending.GetAwaiter().GetResult()
    if ($null -eq $line) {
        throw 'tmux has ended.'
    }

    $Terminal.Pending = $Terminal.Process.StandardOutput.ReadLineAsync()
    $Terminal.Changed = $Terminal.Changed -or $line.StartsWith('%output ')
    $line
}

function ConvertTo-TmuxWord([string] $Text) { "'$($Text.Replace("'", "'\''"))'" }
