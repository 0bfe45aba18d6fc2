# Screens as SVG: windows side by side, each run of text in its own columns. It uses the reader's font, and no script or external file.

$CellWidth = 8.4
$RowHeight = 19
$Baseline = 14
$BarHeight = 30
$Margin = 14
$Gap = 14

# PowerShell's colors, legible on the dark background of the window.
$Palette = @(
    '#0b1122', '#ff7b72', '#7ee787', '#e3b341', '#79b8ff', '#d2a8ff', '#5ec4ff', '#c3cbd6'
    '#8b98a9', '#ff7b72', '#8df0a0', '#ffd866', '#9ecbff', '#e2c5ff', '#6fd3ff', '#ffffff'
)
$Ground = '#111a33'
$Ink = '#dbe2ee'

# A picture of windows, which have Title, Column, Row and Frame: screens with their times. With one frame each, the picture is static.
function ConvertTo-Picture([object[]] $Window, [string] $Title, [string] $Description) {
    $seconds = ($Window | ForEach-Object { $_.Frame[-1].Until } | Measure-Object -Maximum).Maximum
    $sheet = [pscustomobject]@{ Seconds = $seconds; Rule = [Collections.Generic.List[string]]::new([string[]]@(Get-BaseStyle)) }
    $left = 0
    $body = foreach ($one in $Window) {
        $one | Add-Member -NotePropertyMembers @{ Left = $left }
        $left += (Get-WindowWidth $one) + $Gap
        ConvertTo-WindowSvg $one $sheet
    }

    $width = Format-Number ($left - $Gap)
    $height = Format-Number (($Window | ForEach-Object { $BarHeight + $_.Row * $RowHeight + $Margin } | Measure-Object -Maximum).Maximum)
    if ($sheet.Rule -match '^@keyframes') {
        $sheet.Rule.Add('@media(prefers-reduced-motion:reduce){g{animation:none!important}}')
    }

    @(
        "<svg xmlns=""http://www.w3.org/2000/svg"" width=""$width"" height=""$height"" viewBox=""0 0 $width $height"" role=""img"" aria-labelledby=""title desc"">"
        "<title id=""title"">$(ConvertTo-XmlText $Title)</title>"
        "<desc id=""desc"">$(ConvertTo-XmlText $Description)</desc>"
        '<style>'
        $sheet.Rule
        '</style>'
        $body
        '</svg>'
    ) -join "`n"
}

function Get-WindowWidth($Window) { 2 * $Margin + $Window.Column * $CellWidth }

function ConvertTo-WindowSvg($Window, $Sheet) {
    $width = Get-WindowWidth $Window
    $height = $BarHeight + $Window.Row * $RowHeight + $Margin
    "<g class=""window"" transform=""translate($(Format-Number $Window.Left),0)"">"
    "<rect x="".5"" y="".5"" width=""$(Format-Number ($width - 1))"" height=""$(Format-Number ($height - 1))"" rx=""9"" fill=""$Ground"" stroke=""#45527a""/>"
    -join (0..2 | ForEach-Object { "<circle class=""f$(1, 3, 2 | Select-Object -Index $_)"" cx=""$(18 + 17 * $_)"" cy=""16"" r=""5""/>" })
    "<text class=""bar"" x=""$(Format-Number ($width / 2))"" y=""20"">$(ConvertTo-XmlText $Window.Title)</text>"
    "<svg class=""screen"" x=""$Margin"" y=""$BarHeight"" width=""$(Format-Number ($Window.Column * $CellWidth))"" height=""$($Window.Row * $RowHeight)"">"
    ConvertTo-ScreenSvg $Window $Sheet
    '</svg>'
    '</g>'
}

# One line of a screen, with its origin on the baseline.
function ConvertTo-LineSvg([object[]] $Run) {
    -join $(foreach ($one in $Run) {
            $x = Format-Number ($one.Column * $CellWidth)
            $width = Format-Number ($one.Width * $CellWidth)
            $names = @($one.Style -split ' ' -ne '')
            $background, $looks = $names.Where({ $_.StartsWith('g') }, 'Split')
            if ($background) {
                "<rect$(Get-Look ($background -replace '^g', 'f')) x=""$x"" y=""-$Baseline"" width=""$width"" height=""$RowHeight""/>"
            }

            if ($one.Text.Trim()) {
                "<text$(Get-Look $looks) x=""$x"" textLength=""$width"">$(ConvertTo-XmlText $one.Text)</text>"
            }
        })
}

# Named colors and type are classes; a numeric color is written out.
function Get-Look([string[]] $Name) {
    $classes = @($Name -notmatch '#')
    $colors = @($Name -match '#' -replace '^f')
    $class = $classes ? " class=""$($classes -join ' ')""" : ''
    $fill = $colors ? " style=""fill:$($colors[0])""" : ''
    "$class$fill"
}

function Get-BaseStyle {
    "text{font:14px ui-monospace,'Cascadia Mono','SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace;fill:$Ink;white-space:pre}"
    '.bar{font-family:system-ui,sans-serif;font-size:12px;fill:#8b98a9;text-anchor:middle}'
    '.bold{font-weight:700}.italic{font-style:italic}.dim{opacity:.7}.underline{text-decoration:underline}.strike{text-decoration:line-through}'
    ".f-ink{fill:$Ink}.f-ground{fill:$Ground}"
    -join (0..15 | ForEach-Object { ".f$_{fill:$($Palette[$_])}" -replace '\$_', $_ })
}
