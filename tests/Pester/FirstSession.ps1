# The README's first session, and how to compare it with what somebody saw. Dot-sourced by the tests that run it.

. $PSScriptRoot/../../build/ReadmeSession.ps1

$Tour = [IO.Path]::GetFullPath("$PSScriptRoot/../../samples/Tour/tour.ps1")

# Words count; how wide a console makes its columns does not. The file's place is the machine's own.
function ConvertTo-Word([string[]] $Line) {
    (($Line -join "`n") -replace "(?<=the file ')[^']+(?=')", 'FILE' -replace '-{2,}', '--' -split '\s+') -ne ''
}

function Get-FirstSession { Get-ReadmeSession 'A first session' }
