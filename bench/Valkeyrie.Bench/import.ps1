# Imports a file with a number of keys with Import-KvTree and prints the duration in milliseconds, without the start of PowerShell.
param([string] $Module, [string] $Endpoint, [string] $Folder, [int] $Count, [int] $ValueSize)

$ErrorActionPreference = 'Stop'
Import-Module $Module
Connect-KvStore $Endpoint | Out-Null
$value = -join (1..$ValueSize | ForEach-Object { 'v' })
$file = [IO.Path]::ChangeExtension([IO.Path]::GetTempFileName(), '.json')
try {
    # Code that has run once is compiled.
    '[{"Key":"a","Value":"b"}]' | Set-Content $file
    Import-KvTree $file "$Folder/warm"
    $lines = [string[]]::new($Count)
    for ($i = 0; $i -lt $Count; $i++) { $lines[$i] = '{{"Key":"{0:D8}","Value":"{1}"}}' -f $i, $value }
    [IO.File]::WriteAllText($file, "[`n" + ($lines -join ",`n") + "`n]`n")
    (Measure-Command { Import-KvTree $file "$Folder/shell" }).TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)
}
finally {
    Remove-Item $file
    Disconnect-KvStore
}
