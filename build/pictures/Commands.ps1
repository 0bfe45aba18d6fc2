# The commands of a picture's session: its own steps, after the commands of a README section if it names one.

. $PSScriptRoot/../ReadmeSession.ps1

function Get-PictureStep([Collections.IDictionary] $Picture) {
    if ($Picture.Section) {
        $commands = @([regex]::Matches((Get-ReadmeSession $Picture.Section), '(?m)^PS[^>]*> (?<command>.+?)\r?$') | ForEach-Object { $_.Groups['command'].Value })
        $commands | Select-Object -First ($Picture.Take ? $Picture.Take : $commands.Count)
    }

    $Picture.Step ?? @()
}
