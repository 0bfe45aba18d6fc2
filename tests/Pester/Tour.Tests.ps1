# What the README shows is what a user sees.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/FirstSession.ps1
}

AfterAll { Stop-TestServer }

Describe 'The first screen of the README' {
    It 'has three commands that work, right behind the import of the module' {
        $readme = Get-Content $PSScriptRoot/../../README.md -TotalCount 40
        $block = ($readme -join "`n") -match '(?s)```powershell\nImport-Module ./out/Valkeyrie\n\n(?<commands>.*?)\n```' ? $Matches.commands : ''
        $commands = $block -split '\n' -ne ''
        $commands | Should -HaveCount 3
        $null = Connect-KvStore -InMemory
        $seen = $commands | ForEach-Object { & ([scriptblock]::Create($_)) }
        "$seen" | Should -BeExactly 'app/db/host deploying to db01'
    }

    It 'leads to pages that exist, as all other pages do' {
        $root = [IO.Path]::GetFullPath("$PSScriptRoot/../..")
        $pages = @(Get-Item $root/*.md) + @(Get-Item $root/docs/*.md, $root/docs/decisions/*.md, $root/docs/recipes/*.md)
        foreach ($page in $pages) {
            [regex]::Matches((Get-Content $page -Raw), '\]\((?!https?:|#)(?<to>[^)#\s]+)[^)]*\)') | ForEach-Object { Join-Path $page.DirectoryName $_.Groups['to'].Value } |
                Where-Object { -not (Test-Path -LiteralPath $_) } | Should -BeNullOrEmpty -Because "the page '$($page.Name)' leads there"
        }
    }
}

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
