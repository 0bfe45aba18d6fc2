# What a window showed in the course of time. A line that changes is a strip of all that it was, of which one piece is seen at a time; CSS moves the
# strip in steps. What shows it without motion, and a reader who wants none, sees the end.

# From piece to piece of a strip; wider than a line, so that nothing of a neighbour is seen where a browser rounds.
$Pitch = $RowHeight + 6

# Sheet is what the windows of a picture share: how many Seconds it takes, and the Rules of its style, to which those of motion are added.
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
    # The last piece comes first: it is where the strip is when nothing moves it.
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

# The class of what is moved up and down; its places in time become a rule of the style. Empty if it is at one place all the time.
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
