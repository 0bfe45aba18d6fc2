# Figures of the benchmark as bars: an SVG without script or font, with a background for light and dark pages.

# The rows of the picture, in order, with the work in words.
$ChartRow = [ordered]@{
    put       = 'Write one key at a time'
    get       = 'Read one key at a time'
    put32     = 'Write keys, 32 requests at once'
    put256    = 'Write keys, 256 requests at once'
    list10k   = 'List 10,000 keys, 1 KiB each'
    list100k  = 'List 100,000 keys, 64 bytes each'
    replay    = 'Replay 50,000 past changes'
    pipeline  = 'Pipe 10,000 objects into Set-KvValue'
    import    = 'Import a file of 100,000 keys'
    copy      = 'Copy a directory of 100,000 keys'
    tree      = 'List 100,000 keys with Get-KvTree'
    lock      = 'Take and release a lock'
}

# Contenders by the beginning of their names, with the name in words and the class of the bar. Others are omitted.
$ChartContender = @(
    @{ Is = 'store'; Name = 'Valkeyrie, the .NET library'; Class = 'own' }
    @{ Is = 'Set-KvValue'; Name = 'Set-KvValue'; Class = 'own' }
    @{ Is = 'Import-KvTree'; Name = 'Import-KvTree'; Class = 'own' }
    @{ Is = 'Copy-KvTree'; Name = 'Copy-KvTree'; Class = 'own' }
    @{ Is = 'Get-KvTree'; Name = 'Get-KvTree'; Class = 'own' }
    @{ Is = 'grpc'; Name = 'Grpc.Net.Client'; Class = 'other' }
    @{ Is = 'dotnet-etcd'; Name = 'dotnet-etcd'; Class = 'other' }
    @{ Is = "etcd's Go client"; Name = "etcd's Go client"; Class = 'other' }
    @{ Is = 'bare SQLite'; Name = 'SQLite alone'; Class = 'other' }
    @{ Is = 'etcdctl'; Name = 'etcdctl, a process each'; Class = 'other' }
)

$ChartWidth = 860
$ChartMargin = 20
$NameWidth = 220
$NumberWidth = 110
$BarHeight = 14
$BarStep = 20
$TitleStep = 30
$GroupGap = 14

function ConvertTo-Chart([object] $Run) {
    $groups = @(foreach ($name in $ChartRow.Keys) {
            $row = $Run.rows | Where-Object name -CEQ $name
            if ($row.contenders) {
                [pscustomobject]@{ Title = $ChartRow[$name]; Unit = $row.unit; Bar = @(Get-Bar $row) }
            }
        })
    if (-not $groups) {
        throw "The file has none of the rows $($ChartRow.Keys -join ', '). Make it with bench --json."
    }

    $top = 66
    $body = foreach ($group in $groups) {
        $longest = ($group.Bar.Rate | Measure-Object -Maximum).Maximum
        "<text class=""work"" x=""$ChartMargin"" y=""$($top + 14)"">$(ConvertTo-XmlText $group.Title)</text>"
        $top += $TitleStep
        foreach ($bar in $group.Bar) {
            $length = Format-Number ([Math]::Max(2, $bar.Rate / $longest * ($ChartWidth - 2 * $ChartMargin - $NameWidth - $NumberWidth)))
            $left = $ChartMargin + $NameWidth
            "<text x=""$ChartMargin"" y=""$($top + 11)"">$(ConvertTo-XmlText $bar.Name)</text>"
            "<rect class=""$($bar.Class)"" x=""$left"" y=""$top"" width=""$length"" height=""$BarHeight"" rx=""2""/>"
            "<text x=""$(Format-Number ($left + [double]::Parse($length, [cultureinfo]::InvariantCulture) + 8))"" y=""$($top + 11)"">$(ConvertTo-Rate $bar.Rate) $($group.Unit)s/s</text>"
            $top += $BarStep
        }

        $top += $GroupGap
    }

    $height = $top + 34
    $about = "$($Run.server), $($Run.processors) processors ($($Run.processor)) for client and server, $($Run.runtime)"
    $how = "Medians of $($Run.rounds) interleaved rounds; a longer bar is faster. Valkeyrie $("$($Run.program)" -replace '\+.*')"
    $lines = @(
        "<svg xmlns=""http://www.w3.org/2000/svg"" width=""$ChartWidth"" height=""$height"" viewBox=""0 0 $ChartWidth $height"" role=""img"" aria-labelledby=""title desc"">"
        '<title id="title">How fast Valkeyrie is</title>'
        "<desc id=""desc"">$(ConvertTo-XmlText (($groups | ForEach-Object { "$($_.Title): $(($_.Bar | ForEach-Object { "$($_.Name) $(ConvertTo-Rate $_.Rate)" }) -join ', ') a second." }) -join ' '))</desc>"
        '<style>'
        'text{font:13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#1f2328}.ground{fill:#fff;stroke:#d1d9e0}.work{font-weight:600;font-size:14px}.head{font-weight:600;font-size:18px}'
        '.small{font-size:12px;fill:#59636e}.own{fill:#0969da}.other{fill:#afb8c1}'
        '@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117;stroke:#3d444d}.small{fill:#9198a1}.own{fill:#4493f8}.other{fill:#57606a}}'
        '</style>'
        "<rect class=""ground"" x=""0.5"" y=""0.5"" width=""$($ChartWidth - 1)"" height=""$($height - 1)"" rx=""6""/>"
        "<text class=""head"" x=""$ChartMargin"" y=""30"">How fast</text>"
        "<text class=""small"" x=""$ChartMargin"" y=""50"">$(ConvertTo-XmlText $how)</text>"
        $body
        "<text class=""small"" x=""$ChartMargin"" y=""$($top + 14)"">$(ConvertTo-XmlText $about)</text>"
        '</svg>'
    )
    ($lines -join "`n") + "`n"
}

# The bars of a row: the contenders of the picture in its order, each with the median of its rates.
function Get-Bar([object] $Row) {
    foreach ($contender in $ChartContender) {
        foreach ($found in $Row.contenders | Where-Object { $_.name.StartsWith($contender.Is, [StringComparison]::Ordinal) }) {
            [pscustomobject]@{ Name = $contender.Name; Class = $contender.Class; Rate = Get-Median $found.rates }
        }
    }
}

function Get-Median([double[]] $Value) {
    $sorted = @($Value | Sort-Object)
    $middle = [Math]::Floor($sorted.Count / 2)
    $sorted.Count % 2 ? $sorted[$middle] : ($sorted[$middle - 1] + $sorted[$middle]) / 2
}

# Such a measurement is accurate to at most three digits.
function ConvertTo-Rate([double] $Rate) {
    $digits = [Math]::Max(0, [Math]::Floor([Math]::Log10([Math]::Max(1, $Rate))) - 2)
    $step = [Math]::Pow(10, $digits)
    ([Math]::Round($Rate / $step) * $step).ToString('#,0', [cultureinfo]::InvariantCulture)
}
