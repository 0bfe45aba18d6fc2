# Text by which somebody would control a terminal or run a command, and what none of it may be left in. Dot-sourced behind Common.ps1.

# What must not reach a terminal, written down apart from the code that is tested.
$HiddenCodes = @(0x01..0x1F; 0x7F; 0x80..0x9F; 0xAD; 0x61C; 0x180E; 0x200B; 0x200E; 0x200F; 0x2028..0x202E; 0x2060..0x2064; 0x2066..0x206F; 0xFEFF; 0xFFF9..0xFFFB; 0xE0041)

# Titles, screens and lines that look like commands come first, since what is shown of a value is its beginning.
$Hostile = "h`e]0;owned`a`e[2J$([char] 0x9B)2J`r`nPwn`n$([char] 0x202E)$([char] 0x2028)" + (-join ($HiddenCodes | ForEach-Object { [char]::ConvertFromUtf32($_) }))

# Only keys can hold a byte that is no UTF-8.
$HostileKey = "$Hostile$([char] 0xDCFF)z"

# The first thing in a text that must not be there. PowerShell's own colors and the line ends of several lines may.
function Find-Hidden([string] $Text) {
    $plain = $Text -replace '\e\[[0-9;]*m' -replace '\r?\n', ' '
    $found = [regex]::Match($plain, '[\x00-\x1F\x7F-\x9F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u2064\u2066-\u206F\uFEFF\uFFF9-\uFFFB]|\uDB40[\uDC00-\uDC7F]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]')
    if ($found.Success) {
        'U+{0:X4} in: {1}' -f [int] $found.Value[0], ($plain.Substring([Math]::Max(0, $found.Index - 20), [Math]::Min(40, $plain.Length - [Math]::Max(0, $found.Index - 20))) -replace '[^ -~]', '?')
    }
}

# As a terminal gets it: nothing is taken out of it on the way.
function Show-AsTerminal($Object, [scriptblock] $Format = { $input }) {
    $before = $PSStyle.OutputRendering
    $PSStyle.OutputRendering = 'Ansi'
    try {
        $Object | & $Format | Out-String -Width 4000
    } finally {
        $PSStyle.OutputRendering = $before
    }
}

# A text of any characters, most of them of the kinds that matter to a parser or a terminal; never one that cannot be a key.
function Get-RandomText([Random] $Random) {
    $signs = " `t'`"``$;,(){}[]|&<>@#*?!%=+-~^:\/." + [char] 0x2018 + [char] 0x2019 + [char] 0x201A + [char] 0x201B + [char] 0x201C + [char] 0x201D + [char] 0x201E +
        [char] 0x2013 + [char] 0x2014 + [char] 0x2015 + [char] 0xA0 + [char] 0x85 + [char] 0x3000 + [char] 0x200D
    $text = [Text.StringBuilder]::new()
    for ($left = 1 + $Random.Next(10); $left -gt 0; $left--) {
        $null = switch ($Random.Next(7)) {
            0 { $text.Append([char]::ConvertFromUtf32($HiddenCodes[$Random.Next($HiddenCodes.Count)])) }
            1 { $text.Append([Text.Rune]::new($Random.Next(1, 0xD800))) }
            2 { $text.Append([Text.Rune]::new($Random.Next(0x10000, 0x110000))) }
            3 { $text.Append($signs[$Random.Next($signs.Length)]) }
            4 { $text.Append($signs[$Random.Next($signs.Length)]) }
            5 { $text.Append([char] (0xDC80 + $Random.Next(64))).Append('x') }
            default { $text.Append([char] $Random.Next(0x21, 0x7F)) }
        }
    }

    "$text"
}
