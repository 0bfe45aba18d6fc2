# Captured lines with their escape sequences, as runs of text with one style.

# Each line becomes an array of runs: Column, Width (in columns), Text, and Style, the names of its attributes, which are the classes of the picture.
# The style of text continues on the next line.
function ConvertFrom-Capture([string[]] $Line) {
    $style = Get-PlainStyle
    foreach ($one in $Line) {
        $cells = [Collections.Generic.List[object]]::new()
        $column = 0
        foreach ($part in [regex]::Matches($one, '\e\[(?<sgr>[0-9;:]*)m|\e\][^\a\e]*(?:\a|\e\\)|\e\[[0-?]*[ -/]*[@-~]|\e.?|(?<text>[^\e]+)')) {
            if ($part.Groups['sgr'].Success) {
                Edit-Style $style $part.Groups['sgr'].Value
            }
            elseif ($part.Groups['text'].Success) {
                $looks = Get-StyleName $style
                foreach ($element in Split-TextElement $part.Value) {
                    $width = Get-ElementWidth $element
                    $cells.Add([pscustomobject]@{ Column = $column; Width = $width; Text = $element; Style = $looks })
                    $column += $width
                }
            }
        }

        , @(Join-Cell $cells)
    }
}

# The same line with the cursor on it.
function Add-Cursor([object[]] $Run, [int] $Column) {
    $cells = [Collections.Generic.List[object]]::new()
    foreach ($one in $Run) {
        $at = $one.Column
        foreach ($element in Split-TextElement $one.Text) {
            $width = Get-ElementWidth $element
            $cells.Add([pscustomobject]@{ Column = $at; Width = $width; Text = $element; Style = $at -eq $Column ? 'f-ground g-ink' : $one.Style })
            $at += $width
        }
    }

    if (-not ($cells | Where-Object Column -EQ $Column)) {
        $cells.Add([pscustomobject]@{ Column = $Column; Width = 1; Text = ' '; Style = 'f-ground g-ink' })
    }

    Join-Cell ($cells | Sort-Object Column)
}

# Neighbors of one style form a run. Characters that a font can lack, so that another font with other widths shows them, are separate runs, and so is text
# after a gap: each run is placed in its own columns.
function Join-Cell([object[]] $Cell) {
    $run = $null
    foreach ($one in $Cell) {
        $isGap = $one.Text -eq ' ' -and $one.Style -cnotmatch '(^| )(g|underline)'
        $isAlone = $one.Text -notmatch '^[\u0020-\u024F]$'
        if ($run -and -not $isAlone -and -not $run.IsAlone -and $one.Style -ceq $run.Style -and $one.Column -eq $run.Column + $run.Width -and
            -not ($isGap -and $run.Text.EndsWith(' '))) {
            $run.Text += $one.Text
            $run.Width += $one.Width
            continue
        }

        if ($run) {
            Complete-Run $run
        }

        $run = $isGap ? $null : [pscustomobject]@{ Column = $one.Column; Width = $one.Width; Text = $one.Text; Style = $one.Style; IsAlone = $isAlone }
    }

    if ($run) {
        Complete-Run $run
    }
}

# Blanks at the end are invisible, unless they have a background.
function Complete-Run($Run) {
    if ($Run.Style -cnotmatch '(^| )(g|underline)') {
        $text = $Run.Text.TrimEnd(' ')
        $Run.Width -= $Run.Text.Length - $text.Length
        $Run.Text = $text
    }

    $Run | Select-Object Column, Width, Text, Style
}

# --- characters -----------------------------------------------------------------------------------------------------------------------

# The characters that a reader sees: accents remain with their letters. Control characters are invisible.
function Split-TextElement([string] $Text) {
    $elements = [Globalization.StringInfo]::GetTextElementEnumerator(($Text -replace '\p{Cc}'))
    while ($elements.MoveNext()) {
        $elements.GetTextElement()
    }
}

# East Asian characters and emoji take two columns.
function Get-ElementWidth([string] $Element) {
    $wide = '[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]'
    $pair = '[\uD83C-\uD83E\uD840-\uD87F][\uDC00-\uDFFF]'
    $Element -match "^($wide|$pair)" ? 2 : 1
}

# --- looks ----------------------------------------------------------------------------------------------------------------------------

function Get-PlainStyle { @{ Foreground = ''; Background = ''; Flag = [Collections.Generic.SortedSet[string]]::new() } }

# Applies a sequence for colors and type ("Select Graphic Rendition"). Sequences that the terminal of the pictures does not produce are ignored.
function Edit-Style([hashtable] $Style, [string] $Sequence) {
    $set = @{ '1' = 'bold'; '2' = 'dim'; '3' = 'italic'; '4' = 'underline'; '7' = 'inverse'; '9' = 'strike' }
    $unset = @{ '22' = 'bold', 'dim'; '23' = 'italic'; '24' = 'underline'; '27' = 'inverse'; '29' = 'strike' }
    $codes = [Collections.Generic.Queue[string]]::new([string[]]($Sequence -split '[;:]'))
    while ($codes.Count) {
        $code = $codes.Dequeue()
        switch -Regex ($code) {
            '^0?$' { $Style.Foreground = $Style.Background = ''; $Style.Flag.Clear() }
            '^([1-479])$' { $null = $Style.Flag.Add($set[$code]) }
            '^2[234679]$' { $unset[$code] | Where-Object { $_ } | ForEach-Object { $null = $Style.Flag.Remove($_) } }
            '^3([0-7])$' { $Style.Foreground = "f$($Matches[1])" }
            '^9([0-7])$' { $Style.Foreground = "f$(8 + [int]$Matches[1])" }
            '^39$' { $Style.Foreground = '' }
            '^4([0-7])$' { $Style.Background = "g$($Matches[1])" }
            '^10([0-7])$' { $Style.Background = "g$(8 + [int]$Matches[1])" }
            '^49$' { $Style.Background = '' }
            '^([34])8$' { Edit-ExtendedColor $Style ($code -eq '38' ? 'Foreground' : 'Background') -Code $codes }
        }
    }
}

# 5;N is one of 256 colors, 2;R;G;B any color.
function Edit-ExtendedColor([hashtable] $Style, [string] $Ground, [Collections.Generic.Queue[string]] $Code) {
    $letter = $Ground.Substring(0, 1).ToLowerInvariant() -replace 'b', 'g'
    $kind = $Code.Count ? $Code.Dequeue() : ''
    $figures = @(1..($kind -eq '2' ? 3 : 1) | Where-Object { $Code.Count } | ForEach-Object { [int]$Code.Dequeue() })
    if ($kind -eq '5' -and $figures -and $figures[0] -lt 16) {
        $Style[$Ground] = "$letter$($figures[0])"
    }
    elseif ($kind -eq '5' -and $figures) {
        $Style[$Ground] = "$letter$(Get-IndexedColor $figures[0])"
    }
    elseif ($kind -eq '2' -and $figures.Count -eq 3) {
        $Style[$Ground] = "$letter#{0:x2}{1:x2}{2:x2}" -f $figures
    }
}

# From 16 on a cube of six steps in each color, from 232 on grays.
function Get-IndexedColor([int] $Index) {
    $steps = 0, 95, 135, 175, 215, 255
    $parts = if ($Index -ge 232) { @(8 + 10 * ($Index - 232)) * 3 } else { 36, 6, 1 | ForEach-Object { $steps[[Math]::Floor(($Index - 16) / $_) % 6] } }
    '#{0:x2}{1:x2}{2:x2}' -f $parts
}

# Foreground (f), background (g), then the rest; ink and ground are the terminal's own two colors.
function Get-StyleName([hashtable] $Style) {
    $foreground, $background = $Style.Foreground, $Style.Background
    if ($Style.Flag.Contains('inverse')) {
        $foreground = $Style.Background ? $Style.Background -replace '^g', 'f' : 'f-ground'
        $background = $Style.Foreground ? $Style.Foreground -replace '^f', 'g' : 'g-ink'
    }

    (@($foreground, $background) + @($Style.Flag) | Where-Object { $_ -and $_ -ne 'inverse' }) -join ' '
}
