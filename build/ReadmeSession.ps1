# A session from the README: the text of the first code block without a language in a section.
function Get-ReadmeSession([string] $Section) {
    $text = Get-Content $PSScriptRoot/../README.md -Raw
    if ($text -notmatch "(?s)\n## $([regex]::Escape($Section))\r?\n.*?\n``````\r?\n(?<session>.*?)\r?\n``````") {
        throw "The README has no session under '$Section'."
    }

    $Matches.session
}
