# The content of a window over time. A changing line is a strip of all its states, of which one piece is visible at a time; CSS moves the
# strip in steps. A viewer without motion, or a reader who disables it, sees the end.

# The distance between two pieces of a strip; wider than a line, so that no part of a neighbor is visible if a browser rounds.
$Pitch = $RowHeight + 6

# Sheet is shared by the windows of a picture: its duration in Seconds, and the Rules of its style, to which those of motion are added.
function ConvertTo-ScreenSvg($Window, $Sheet) {
    $frames = @($Window.Frame)
    $last = $frames[-1].Line.Count - 1
    $top = @($frames | ForEach-Object { [pscustomobject]@{ At = $_.At; Place = - $_.Top * $RowHeight } })
    "<g$(Get-Motion $top $Sheet) transform=""translate(0,$($top[-1].Place))"">"
    foreach ($index in 0..$last) {
        $states = @($frames | ForEach-Object { [pscustomobject]@{ At = $_.At; Svg = $index -lt $_.Line.Count ? $_.Line[$index] : '' } })
        ConvertTo-StripSvg $states $Sheet -Y ($index * $RowHeight)
    }

    '</g>'
}

function ConvertTo-StripSvg([object[]] $State, $Sheet, [int] $Y) {
    # The last piece comes first: it is visible when nothing moves the strip.
    $pieces = [Collections.Generic.List[string]]::new([string[]]@($State[-1].Svg))
    $places = foreach ($one in $State) {
        if (-not $pieces.Contains($one.Svg)) {
            $pieces.Add($one.Svg)
        }

        [pscustomobject]@{ At = $one.At; Place = - $pieces.IndexOf($one.Svg) * $Pitch }
    }

    if ($pieces.Count -eq 1) {
        if ($pieces[0]) {
            "<g class=""line"" transform=""translate(0,$($Y + $Baseline))"">$($pieces[0])</g>"
        }

        return
    }

    $strip = -join (0..($pieces.Count - 1) | Where-Object { $pieces[$_] } | ForEach-Object {
            "<g$($_ ? '' : ' class="line"') transform=""translate(0,$($_ * $Pitch + $Baseline))"">$($pieces[$_])</g>"
        })
    "<svg y=""$Y"" width=""100%"" height=""$RowHeight""><g$(Get-Motion $places $Sheet)>$strip</g></svg>"
}

# The class of an object that moves vertically; its positions over time become a rule of the style. Empty if it never moves.
function Get-Motion([object[]] $Place, $Sheet) {
    $previous = $null
    $steps = foreach ($one in $Place) {
        if ($null -eq $previous -or $one.Place -ne $previous) {
            "$(Format-Number ($one.At / $Sheet.Seconds * 100))%{transform:translateY($($one.Place)px)}"
        }

        $previous = $one.Place
    }

    if (@($steps).Count -lt 2) {
        return
    }

    $name = "m$(@($Sheet.Rule -match '^@keyframes').Count)"
    $Sheet.Rule.Add("@keyframes $name{$(-join $steps)}.$name{animation:$name $(Format-Number $Sheet.Seconds)s step-end infinite}")
    " class=""$name"""
}
