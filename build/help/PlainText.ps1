# Markdown for a console: without the marks that a browser formats.

function ConvertTo-PlainText([string] $Markdown) {
    $text = $Markdown -replace '\[([^\]]+)\]\([^)]+\)', '$1' -replace '\*\*(.+?)\*\*', '$1'

    # Text in backticks is literal: an asterisk in it is an asterisk.
    $parts = $text -split '(`[^`]+`)'
    -join ($parts | ForEach-Object { $_ -match '^`(.+)`$' ? $Matches[1] : ($_ -replace '(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\w*])', '"$1"') })
}
