# The about_ topics for Get-Help: plain text, wrapped and indented.

$TextWidth = 76

function ConvertTo-AboutTopic([string] $Markdown) {
    $lines = foreach ($block in Split-Markdown $Markdown) {
        switch -Regex ($block) {
            '^# (.+)' { 'TOPIC'; "    $($Matches[1])"; '' ; break }
            '^## (.+)' { $Matches[1].ToUpperInvariant(); break }
            '^### (.+)' { $heading = ConvertTo-PlainText $Matches[1]; "    $heading"; "    $('-' * $heading.Length)"; ''; break }
            '(?s)^```\w*\n(.*?)\n?```$' { $Matches[1] -split '\n' | ForEach-Object { $_ ? "        $_" : '' }; ''; break }
            '^\|' { Format-MarkdownTable $block; ''; break }
            '^- ' { $block -split '\n(?=- )' | ForEach-Object { Format-Text $_.Substring(2) -First '    - ' -Following '      ' }; ''; break }
            '^\d+\. ' { $block -split '\n(?=\d+\. )' | ForEach-Object { Format-Text $_ -First '    ' -Following '       ' }; ''; break }
            default { Format-Text $block -First '    ' -Following '    '; '' }
        }
    }

    "$(($lines -join "`n").TrimEnd())`n"
}

# Headings, paragraphs, lists, tables and fenced code, one block each.
function Split-Markdown([string] $Markdown) {
    $blocks = [regex]::Matches($Markdown.ReplaceLineEndings("`n"), '(?ms)^```.*?^```$|^#+ [^\n]*|^[^\n]+(\n(?!#|```)[^\n]+)*')
    $blocks.Value
}

function Format-Text([string] $Markdown, [string] $First, [string] $Following) {
    $line = $First
    $empty = $true
    foreach ($word in (ConvertTo-PlainText $Markdown) -split '\s+' -ne '') {
        if (-not $empty -and $line.Length + 1 + $word.Length -gt $TextWidth) {
            $line
            $line = $Following
            $empty = $true
        }

        $line += $empty ? $word : " $word"
        $empty = $false
    }

    $line
}

# Each row as its first cell, with the others indented below it: columns of sentences do not fit a console.
function Format-MarkdownTable([string] $Block) {
    $rows = $Block -split '\n' | Where-Object { $_ -notmatch '^\|[-:| ]*-[-:| ]*\|$' } | ForEach-Object {
        , (($_ -replace '^\||\|$' -split '(?<!\\)\|').Trim() -replace '\\\|', '|')
    }

    $headings, $rows = $rows
    foreach ($row in $rows) {
        Format-Text $row[0] -First '    ' -Following '    '
        for ($i = 1; $i -lt $row.Count; $i++) {
            Format-Text ($row.Count -gt 2 ? "$($headings[$i]): $($row[$i])" : $row[$i]) -First '        ' -Following '        '
        }
    }
}
