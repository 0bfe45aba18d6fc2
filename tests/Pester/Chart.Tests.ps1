# The bars of the page on speed are what the script draws from the figures beside them.

BeforeAll {
    'Xml', 'Chart' | ForEach-Object { . $PSScriptRoot/../../build/pictures/$_.ps1 }
    $Docs = "$PSScriptRoot/../../docs"

    function New-Run([double[]] $Own = (100, 300, 200), [string] $Server = 'etcd 3.5.16') {
        [pscustomobject]@{
            server = $Server; program = '1.2.3+abc'; runtime = '.NET 10'; processor = 'Example'; processors = 2; rounds = 3
            rows = @([pscustomobject]@{
                    name = 'put'; unit = 'put'
                    contenders = @(
                        [pscustomobject]@{ name = 'store'; rates = $Own }
                        [pscustomobject]@{ name = 'grpc'; rates = @(50, 400, 100) }
                        [pscustomobject]@{ name = 'floor (bare HTTP/2 loop)'; rates = @(1, 2, 3) }
                    )
                })
        }
    }

    function Get-BarLength([string] $Chart) {
        ([xml]$Chart).SelectNodes("//*[local-name()='rect'][@class='own' or @class='other']") | ForEach-Object { [double]$_.width }
    }
}

Describe 'The picture of the benchmark' {
    It 'is what the script draws from the committed figures: <Picture>' -ForEach @(
        @{ Picture = 'speed'; Measurement = 'etcd' }
        @{ Picture = 'speed-cmdlets'; Measurement = 'cmdlets' }
    ) {
        $drawn = ConvertTo-Chart (Get-Content $Docs/measurements/$Measurement.json -Raw | ConvertFrom-Json)
        ((Get-Content $Docs/pictures/$Picture.svg -Raw) -replace "`r") | Should -BeExactly $drawn
    }

    It 'has figures that name the server, the program, the processor, and one sample a round for each contender: <Name>' -ForEach (
        Get-ChildItem $PSScriptRoot/../../docs/measurements -Filter *.json | ForEach-Object { @{ Name = $_.Name; File = $_.FullName } }
    ) {
        $run = Get-Content $File -Raw | ConvertFrom-Json
        $run.server, $run.program, $run.runtime, $run.processor, $run.processors, $run.rounds | Should -Not -BeNullOrEmpty
        foreach ($contender in $run.rows.contenders) {
            $contender.rates.Count, $contender.processorMicroseconds.Count, $contender.allocatedBytes.Count | Should -Be $run.rounds, $run.rounds, $run.rounds
        }
    }

    It 'draws the median of the samples, and the fastest of a group in full length' {
        $lengths = Get-BarLength (ConvertTo-Chart (New-Run))
        $lengths.Count | Should -Be 2
        $lengths[1] / $lengths[0] | Should -BeGreaterThan 0.499
        $lengths[1] / $lengths[0] | Should -BeLessThan 0.501
    }

    It 'is another picture for other figures, and the same for the same' {
        ConvertTo-Chart (New-Run) | Should -BeExactly (ConvertTo-Chart (New-Run))
        ConvertTo-Chart (New-Run) | Should -Not -BeExactly (ConvertTo-Chart (New-Run -Own 100, 300, 250))
    }

    It 'escapes what the figures say' {
        { [xml](ConvertTo-Chart (New-Run -Server 'a <b> & "c"')) } | Should -Not -Throw
    }

    It 'refuses a file without one of its rows' {
        $run = New-Run
        $run.rows[0].name = 'other'
        { ConvertTo-Chart $run } | Should -Throw '*none of the rows*'
    }

    It 'is on the page on speed, and has colours for light and for dark pages: <_>' -ForEach speed, speed-cmdlets {
        Get-Content $Docs/speed.md -Raw | Should -Match "pictures/$_\.svg"
        Get-Content $Docs/pictures/$_.svg -Raw | Should -Match 'prefers-color-scheme:dark'
    }
}
