# What an SVG consists of: texts and numbers.

# Control characters have no place in XML.
function ConvertTo-XmlText([string] $Text) { ($Text -replace '[\p{Cc}-[\n\t]]').Replace('&', '&amp;').Replace('<', '&lt;').Replace('>', '&gt;') }

function Format-Number([double] $Number) { [Math]::Round($Number, 2).ToString([Globalization.CultureInfo]::InvariantCulture) }
