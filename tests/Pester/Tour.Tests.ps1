# What the README shows is what a user sees.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/FirstSession.ps1
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

    It 'is the same on etcd, after a connection' -Tag etcd {
        $server = Start-TestServer
        $seen = & $Pwsh -NoProfile -NonInteractive -File $Tour ([uri]$server).Authority
        $LASTEXITCODE | Should -Be 0
        $expected = (Get-FirstSession) -replace '(?m)^WARNING: .*\r?\n'
        $seen = ($seen -join "`n") -replace '(?s)^PS> Connect-KvStore.*?\n(?=PS> )'
        (ConvertTo-Word $seen) -join ' ' | Should -BeExactly ((ConvertTo-Word $expected) -join ' ')
    }
}
