# The README's first session, and how to compare it with what somebody saw. Dot-sourced by the tests that run it.

$Tour = [IO.Path]::GetFullPath("$PSScriptRoot/../../samples/Tour/tour.ps1")

# Words count; how wide a console makes its columns does not. The file's place is the machine's own.
function ConvertTo-Word([string[]] $Line) {
    (($Line -join "`n") -replace "(?<=the file ')[^']+(?=')", 'FILE' -replace '-{2,}', '--' -split '\s+') -ne ''
}

function Get-FirstSession {
    $text = Get-Content $PSScriptRoot/../../README.md -Raw
    if ($text -notmatch '(?s)\n## A first session\r?\n.*?\n```\r?\n(.*?)\r?\n```') {
        throw 'The README has no first session.'
    }

    $Matches[1]
}
