# Markdown as it is read in a console: without the marks that a browser would turn into type.

function ConvertTo-PlainText([string] $Markdown) {
    $text = $Markdown -replace '\[([^\]]+)\]\([^)]+\)', '$1' -replace '\*\*(.+?)\*\*', '$1'

    # What stands in backticks is taken as it is: an asterisk in it is one.
    $parts = $text -split '(`[^`]+`)'
    -join ($parts | ForEach-Object { $_ -match '^`(.+)`$' ? $Matches[1] : ($_ -replace '(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\w*])', '"$1"') })
}
