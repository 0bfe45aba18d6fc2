# What the README shows is what a user sees.

BeforeAll {
    . $PSScriptRoot/Common.ps1

    # Words count; how wide a console makes its columns does not. The file's place is the machine's own.
    function ConvertTo-Word([string[]] $Line) {
        (($Line -join "`n") -replace "(?<=the file ')[^']+(?=')", 'FILE' -replace '-{2,}', '--' -split '\s+') -ne ''
    }

    function Get-FirstSession {
        $text = Get-Content $PSScriptRoot/../../README.md -Raw
        if ($text -notmatch '(?s)\n## A first session\r?\n.*?\n```\r?\n(.*?)\r?\n```') {
            throw 'The README has no first session.'
        }

        $Matches[1]
    }

    $Tour = "$PSScriptRoot/../../samples/Tour/tour.ps1"
}

AfterAll { Stop-TestServer }

Describe 'The tour' {
    It 'is the README''s first session word for word, without a server' {
        $env:PATH, $path = '', $env:PATH
        try {
            $seen = & $Pwsh -NoProfile -NonInteractive -File $Tour
        }
        finally {
            $env:PATH = $path
        }

        $LASTEXITCODE | Should -Be 0
        (ConvertTo-Word $seen) -join ' ' | Should -BeExactly ((ConvertTo-Word (Get-FirstSession)) -join ' ')
    }

    It 'is the same on etcd, after a connection' {
        $server = Start-TestServer
        $seen = & $Pwsh -NoProfile -NonInteractive -File $Tour ([uri]$server).Authority
        $LASTEXITCODE | Should -Be 0
        $expected = (Get-FirstSession) -replace '(?m)^WARNING: .*\r?\n'
        $seen = ($seen -join "`n") -replace '(?s)^PS> Connect-KvStore.*?\n(?=PS> )'
        (ConvertTo-Word $seen) -join ' ' | Should -BeExactly ((ConvertTo-Word $expected) -join ' ')
    }
}
