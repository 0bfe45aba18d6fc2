# The README's pictures show what the module does, and their renderer draws what a terminal showed.

BeforeDiscovery {
    $pictures = (Import-PowerShellDataFile $PSScriptRoot/../../build/pictures/sessions.psd1).Picture
    $plain = @($pictures | Where-Object { $_.Section -or -not ($_.Step | Where-Object { $_ -isnot [string] }) })
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    'Capture', 'Xml', 'Svg', 'Recording', 'Commands' | ForEach-Object { . $PSScriptRoot/../../build/pictures/$_.ps1 }
    $PictureFolder = "$PSScriptRoot/../../docs/pictures"
    $Told = (Import-PowerShellDataFile $PSScriptRoot/../../build/pictures/sessions.psd1).Picture
    $Readme = Get-Content $PSScriptRoot/../../README.md -Raw

    function Get-Picture([string] $Name) { [xml](Get-Content "$PictureFolder/$Name.svg" -Raw) }

    # What a window shows in the end, or showed before it scrolled, put together from the columns of its runs.
    function Get-WindowText([xml] $Picture, [int] $Window) {
        $lines = $Picture.SelectNodes("//*[@class='window'][$($Window + 1)]//*[@class='line']")
        $columns = [Math]::Floor(([double]$Picture.SelectNodes("//*[@class='screen']")[$Window].width) / $CellWidth + 0.5)
        -join $(foreach ($line in $lines) {
                $text = ''
                foreach ($run in $line.SelectNodes("*[local-name()='text']")) {
                    $text = $text.PadRight([Math]::Round([double]$run.x / $CellWidth)) + $run.InnerText
                }

                # A full line goes on in the next one.
                $text.Length -ge $columns ? $text : "$text`n"
            })
    }

    function Get-TypedCommand([string] $Text) { [regex]::Matches($Text, '(?m)^PS [^>\n]*> (.+)$') | ForEach-Object { $_.Groups[1].Value } }

    # Words count; how wide a console makes its columns does not, nor where the user is, nor how the system words a refusal.
    function ConvertTo-Word([string] $Text) {
        $plain = $Text -replace '\\', '/' -replace '(?m)^PS[^>\n]*>', 'PS>' -replace "(?<=the file ')[^']+(?=')", 'FILE'
        $plain = $plain -replace '(?<=:23790: ).*?(?= Check)', 'REASON'
        ($plain -replace '-{2,}', '--' -split '\s+' -ne '') -join ' '
    }

    # A session's commands and output without a terminal, in a folder of its own that stands for the home.
    function Get-PlainText([string] $Name, [string] $Before, [string[]] $Command) {
        $folder = (New-Item -ItemType Directory (Join-Path $TestFolder $Name)).FullName
        $typed = $Command | ForEach-Object { "'$($_ -replace "'", "''")'" }
        $text = Invoke-TestPowerShell @"
            `$ErrorActionPreference = 'Continue'
            `$PSStyle.OutputRendering = 'PlainText'
            Set-Location '$folder'
            $Before
            `$shown = foreach (`$text in $($typed -join ', ')) {
                "PS> `$text"
                . ([scriptblock]::Create(`$text)) *>&1 |
                    ForEach-Object { `$_ -is [Management.Automation.WarningRecord] ? "WARNING: `$_" : `$_ } | Out-String -Width 120
            }
            ConvertTo-Json (`$shown -join "``n") -EscapeHandling EscapeNonAscii
"@
        ($text | ConvertFrom-Json).Replace('\', '/').Replace($folder.Replace('\', '/'), '/tmp/zoe')
    }
}

AfterAll { Stop-TestServer }

Describe 'The renderer of pictures' {
    It 'gives each run of one look its columns, two to a wide character' {
        $runs = @(ConvertFrom-Capture "`e[93mSet-KvValue`e[39m `e[36m`"Zoë`"`e[39m 日本x`e[1;31m✓ no`e[0m")[0]
        $runs | ForEach-Object { "$($_.Column)+$($_.Width) $($_.Text) [$($_.Style)]" } | Should -Be @(
            '0+11 Set-KvValue [f11]'
            '12+5 "Zoë" [f6]'
            '18+2 日 []'
            '20+2 本 []'
            '22+1 x []'
            '23+1 ✓ [f1 bold]'
            '25+2 no [f1 bold]'
        )
    }

    It 'carries a look on to the next line, and ends it where the terminal does' {
        $first, $second = ConvertFrom-Capture "`e[1;32mName", "----`e[22m x`e[39my"
        $first.Style | Should -Be 'f2 bold'
        $second.Style | Should -Be 'f2 bold', 'f2', ''
    }

    It 'knows inverse, backgrounds, the 256 colours and all others' {
        $runs = @(ConvertFrom-Capture "`e[7ma`e[27;30;47mb`e[0;38;5;208mc`e[38;2;1;2;255;48;5;244md`e[38;5;9me")[0]
        $runs.Style | Should -Be 'f-ground g-ink', 'f0 g7', 'f#ff8700', 'f#0102ff g#808080', 'f9 g#808080'
    }

    It 'leaves out control characters and sequences that are no colour, and escapes what XML would read' {
        $run = @(ConvertFrom-Capture "a`a`bb`e]8;;https://example.org`e\c`e]8;;`e\`e[2K`0<&>")[0]
        $run.Text | Should -BeExactly 'abc<&>'
        ConvertTo-LineSvg $run | Should -BeExactly '<text x="0" textLength="50.4">abc&lt;&amp;&gt;</text>'
    }

    It 'draws a background behind blanks, and nothing for blanks without one' {
        ConvertTo-LineSvg @(ConvertFrom-Capture "`e[47m  `e[0m   ")[0] | Should -BeExactly '<rect class="f7" x="0" y="-14" width="16.8" height="19"/>'
    }

    It 'puts the cursor on a character or behind the last one' {
        $run = @(ConvertFrom-Capture 'ab')[0]
        Add-Cursor $run 1 | ForEach-Object { "$($_.Column) $($_.Text) [$($_.Style)]" } | Should -Be '0 a []', '1 b [f-ground g-ink]'
        Add-Cursor $run 3 | ForEach-Object { "$($_.Column) $($_.Text) [$($_.Style)]" } | Should -Be '0 ab []', '3   [f-ground g-ink]'
    }

    It 'shows of a changing line one state at a time, and the last one without motion' {
        $frames = @(
            [pscustomobject]@{ At = 0; Until = 1; Top = 0; Line = @('<text>a</text>', '') }
            [pscustomobject]@{ At = 1; Until = 4; Top = 1; Line = @('<text>b</text>', '<text>same</text>') }
        )
        $window = [pscustomobject]@{ Title = 'x'; Column = 10; Row = 1; Frame = $frames }
        $picture = [xml](ConvertTo-Picture $window -Title 'A <title>' -Description 'What & why')
        $picture.svg.title.InnerText | Should -Be 'A <title>'
        $picture.SelectNodes("//*[@class='line']").InnerText | Should -Be 'b', 'same'
        $style = $picture.svg.style
        $style | Should -BeLike '*@keyframes m0{0%{transform:translateY(0px)}25%{transform:translateY(-19px)}}.m0{animation:m0 4s step-end infinite}*'
        $style | Should -BeLike '*@keyframes m1{0%{transform:translateY(-25px)}25%{transform:translateY(0px)}}*'
        $style | Should -BeLike '*prefers-reduced-motion*'
    }
}

Describe 'The pictures' {
    It 'are all in the README or on the page of speed, which show no other, each with words for those who do not see it' {
        $shown = foreach ($page in 'README.md', 'docs/speed.md') {
            $folder = Split-Path $page
            $text = Get-Content "$PSScriptRoot/../../$page" -Raw
            foreach ($image in [regex]::Matches($text, '!\[(?<words>[^\]]*)\]\((?<file>[^)]+)\)')) {
                $image.Groups['words'].Value.Length | Should -BeGreaterThan 20
                ($folder ? "$folder/" : '') + $image.Groups['file'].Value
            }
        }
        $files = (Get-ChildItem $PictureFolder -File).Name | ForEach-Object { "docs/pictures/$_" }
        $shown | Sort-Object | Should -Be ($files | Sort-Object)
    }

    It '<_.Name> has a title and a description, and needs no script, font or file' -ForEach $pictures {
        $picture = Get-Picture $_.Name
        $picture.svg.title.InnerText | Should -BeExactly $_.Title
        $picture.svg.desc.InnerText | Should -BeExactly $_.Description
        $text = $picture.OuterXml
        $text | Should -Not -Match '<script|<foreignObject|<image|href|url\(|@import|@font-face'
        $text.Length | Should -BeLessThan 300000
        [regex]::Matches($text, '(?<=[\s''"(>])/\w+') | ForEach-Object Value | Where-Object { $_ -ne '/tmp' } | Should -BeNullOrEmpty
    }

    It '<_.Name> holds the session''s commands in their order' -ForEach $pictures {
        $picture = Get-Picture $_.Name
        foreach ($window in 0..($_.Window.Count - 1)) {
            $typed = @(Get-PictureStep $_ | ForEach-Object { $_ -is [string] ? @{ Type = $_ } : $_ } | Where-Object { $_.Type -and [int]$_.In -eq $window })
            $seen = @(Get-TypedCommand (Get-WindowText $picture $window))
            $seen.Count | Should -Be $typed.Count
            foreach ($number in 0..($typed.Count - 1)) {
                $seen[$number] | Should -BeLike ([WildcardPattern]::Escape($typed[$number].Type) + ($typed[$number].IsOpen ? '*' : ''))
            }
        }
    }

    It '<_.Name> shows what the module writes' -ForEach $plain {
        $expected = Get-PlainText -Name $_.Name -Before $_.Window[0].Before -Command (Get-PictureStep $_)
        ConvertTo-Word (Get-WindowText (Get-Picture $_.Name) 0) | Should -BeExactly "$(ConvertTo-Word $expected) PS>"
    }

    It 'of completion shows the keys that Tab offers' {
        $picture = $Told | Where-Object Name -EQ completion
        $line = ($picture.Step | Where-Object { $_.IsOpen }).Type
        $offered = Get-PlainText -Name completion -Before $picture.Window[0].Before -Command "(TabExpansion2 '$line').CompletionMatches.ListItemText"
        $offered = $offered -split '\s+' -match '^app/db/\w+$'
        $offered.Count | Should -Be 3
        (Get-WindowText (Get-Picture completion) 0).TrimEnd() -split "`n" | Select-Object -Last 1 | ForEach-Object { $_ -split '\s+' } | Should -Be $offered
    }

    It 'of a watch shows the changes that another session makes' {
        $picture = $Told | Where-Object Name -EQ watch
        $before, $beforeOther = $picture.Window | ForEach-Object { $_.Before -replace 'shop\.db', (Join-Path $TestFolder watch.db) }
        $watch = ($picture.Step | Where-Object { $_.Type -and $_.In -eq 0 }).Type
        $asJson = '@($_.Type, $_.Revision, $_.Key, $_.Value) -join " " | ConvertTo-Json -EscapeHandling EscapeNonAscii'
        $process = Start-TestPowerShell "$before; $watch | ForEach-Object { $asJson }"
        $seen = @($process.StandardOutput.ReadLine())
        $null = Invoke-TestPowerShell "$beforeOther; $(($picture.Step | Where-Object { $_.In -eq 1 }).Type -join '; ')"
        $seen += 1..3 | ForEach-Object { $process.StandardOutput.ReadLine() }
        $shown = ConvertTo-Word (Get-WindowText (Get-Picture watch) 0)
        $shown | Should -BeExactly "PS> $watch Type Revision Key Value -- -- -- -- $(($seen | ConvertFrom-Json | ForEach-Object { $_.Trim() }) -join ' ')"
    }
}
