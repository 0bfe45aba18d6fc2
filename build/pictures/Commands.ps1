# What a picture's session types: its own steps, after the commands of a section of the README where it names one.

. $PSScriptRoot/../ReadmeSession.ps1

function Get-PictureStep([Collections.IDictionary] $Picture) {
    if ($Picture.Section) {
        $commands = @([regex]::Matches((Get-ReadmeSession $Picture.Section), '(?m)^PS[^>]*> (?<command>.+?)\r?$') | ForEach-Object { $_.Groups['command'].Value })
        $commands | Select-Object -First ($Picture.Take ? $Picture.Take : $commands.Count)
    }

    $Picture.Step ?? @()
}
