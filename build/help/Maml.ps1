# The help file for Get-Help: the output of PlatyPS for the pages, adapted to a console.

function Export-Maml([object[]] $Help, [string] $Folder) {
    $temporary = Join-Path ([IO.Path]::GetTempPath()) "valkeyrie-$([guid]::NewGuid())"
    try {
        $file = $Help | Export-MamlCommandHelp -OutputFolder $temporary -Force | Select-Object -First 1
        $maml = [xml]::new()
        $maml.Load($file.FullName)
        Format-Maml $maml $Help
        Write-Xml $maml (Join-Path $Folder $file.Name)
    }
    finally {
        Remove-Item $temporary -Recurse -Force -ErrorAction Ignore
    }
}

function Format-Maml([xml] $Maml, [object[]] $Help) {
    $Maml.GetElementsByTagName('command:example') | ForEach-Object { Format-Example $_ }
    $Maml.SelectNodes('//*[local-name() = "para"][not(ancestor::*[local-name() = "example"])]') | ForEach-Object { $_.InnerText = Format-Paragraph $_.InnerText }

    # A link to another page has no target in a console, but its name is useful.
    $Maml.GetElementsByTagName('maml:uri') | Where-Object InnerText -NotLike 'http*' | ForEach-Object { $_.InnerText = '' }
    @($Maml.SelectNodes('//*[local-name() = "navigationLink"][*[local-name() = "linkText"] = "Online Version"][*[local-name() = "uri"] = ""]')) |
        ForEach-Object { $null = $_.ParentNode.RemoveChild($_) }
    foreach ($command in $Maml.GetElementsByTagName('command:command')) {
        $name = $command.SelectSingleNode('*/*[local-name() = "name"]').InnerText
        Format-Parameter $command ($Help | Where-Object Title -EQ $name).Parameters
    }
}

# Get-Help writes the paragraphs of an example without an empty line between them, and code fences unchanged.
function Format-Example([Xml.XmlElement] $Example) {
    $title = $Example.SelectSingleNode('*[local-name() = "title"]')
    $title.InnerText = $title.InnerText.Trim('-', ' ')
    $paragraphs = @($Example.GetElementsByTagName('maml:para'))
    $block = ''
    $text = foreach ($paragraph in $paragraphs) {
        # PlatyPS writes this character for an empty line, and reads an empty line in a code block as the end of a paragraph.
        if ($paragraph.InnerText -ne "`u{80}") {
            $block += ($block ? "`n`n" : '') + $paragraph.InnerText
            if (-not $block.StartsWith('```') -or $block.EndsWith("`n``````")) {
                Format-Paragraph $block
                $block = ''
            }
        }
    }

    $paragraphs[0].InnerText = ($text -join "`n`n") + "`n"
    $paragraphs | Select-Object -Skip 1 | ForEach-Object { $null = $_.ParentNode.RemoveChild($_) }
}

function Format-Paragraph([string] $Text) {
    if ($Text -notmatch '(?s)^```\w*\n(.*?)\n?```$') {
        # The lines of a page have any length; a console wraps them itself.
        return ConvertTo-PlainText ($Text -replace '(?<!\n)\n(?![-|\n])', ' ')
    }

    ($Matches[1] -split '\n' | ForEach-Object { $_ ? "    $_" : '' }) -join "`n"
}

# The list of parameters shows a type in the form of the syntax: TimeSpan, not System.Nullable`1[System.TimeSpan]. PlatyPS omits the defaults.
function Format-Parameter([Xml.XmlElement] $Command, $Described) {
    foreach ($parameter in $Command.SelectNodes('*[local-name() = "parameters"]/*')) {
        $name = $parameter.SelectSingleNode('*[local-name() = "name"]').InnerText
        $short = $Command.SelectSingleNode(
            "*[local-name() = 'syntax']//*[local-name() = 'parameter'][*[local-name() = 'name'] = '$name']/*[local-name() = 'parameterValue']")
        $long = $parameter.SelectSingleNode('*[local-name() = "parameterValue"]')
        if ($short -and $long) {
            $long.InnerText = $short.InnerText
        }

        $default = ($Described | Where-Object Name -EQ $name).DefaultValue
        if ($default) {
            $element = $parameter.AppendChild($parameter.OwnerDocument.CreateElement('dev', 'defaultValue', 'http://schemas.microsoft.com/maml/dev/2004/10'))
            $element.InnerText = $default
        }
    }
}

function Write-Xml([xml] $Xml, [string] $Path) {
    $settings = [Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; Encoding = [Text.UTF8Encoding]::new($false) }
    $writer = [Xml.XmlWriter]::Create($Path, $settings)
    try {
        $Xml.Save($writer)
    }
    finally {
        $writer.Dispose()
    }
}
