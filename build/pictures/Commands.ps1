# What a picture's session types: its own steps, after the commands of a section of the README where it names one.

function Get-PictureStep([Collections.IDictionary] $Picture) {
    if ($Picture.Section) {
        $text = Get-Content $PSScriptRoot/../../README.md -Raw
        if ($text -notmatch "(?s)\n## $([regex]::Escape($Picture.Section))\r?\n.*?\n``````\r?\n(?<session>.*?)\r?\n``````") {
            throw "The README has no session under '$($Picture.Section)'."
        }

        $commands = @([regex]::Matches($Matches.session, '(?m)^PS[^>]*> (?<command>.+?)\r?$') | ForEach-Object { $_.Groups['command'].Value })
        $commands | Select-Object -First ($Picture.Take ? $Picture.Take : $commands.Count)
    }

    $Picture.Step ?? @()
}
