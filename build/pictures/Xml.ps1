# The parts of an SVG: texts and numbers.

# XML does not allow control characters.
function ConvertTo-XmlText([string] $Text) { ($Text -replace '[\p{Cc}-[\n\t]]').Replace('&', '&amp;').Replace('<', '&lt;').Replace('>', '&gt;') }

function Format-Number([double] $Number) { [Math]::Round($Number, 2).ToString([Globalization.CultureInfo]::InvariantCulture) }
