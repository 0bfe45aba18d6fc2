# What the workflows may not do, since nobody runs them before they are merged.

BeforeDiscovery {
    $Workflows = Get-ChildItem ([IO.Path]::GetFullPath("$PSScriptRoot/../../.github/workflows")) -Filter *.yml | ForEach-Object { @{ Name = $_.Name; File = $_.FullName } }
}

Describe 'The workflow <Name>' -ForEach $Workflows {
    BeforeAll {
        $Lines = Get-Content $File
        $Root = [IO.Path]::GetFullPath("$PSScriptRoot/../..")
    }

    It 'names each action by its commit, with the version beside it' {
        $used = $Lines -match '^\s*-?\s*uses: ' -notmatch 'uses: \./'
        $used | Where-Object { $_ -notmatch 'uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$' } | Should -BeNullOrEmpty
    }

    It 'has no more than the right to read, but where a job says so' {
        ($Lines -join "`n") | Should -Match '(?m)^permissions:\n  contents: read$'
    }

    It 'calls scripts that are there' {
        $called = [regex]::Matches($Lines -join "`n", '\./(build[\w./-]*\.(ps1|sh))').ForEach{ $_.Groups[1].Value } | Sort-Object -Unique
        $called | Where-Object { -not (Test-Path (Join-Path $Root $_)) } | Should -BeNullOrEmpty
    }

    It 'runs PowerShell that parses' {
        $text = $Lines -join "`n"
        foreach ($block in [regex]::Matches($text, '(?m)^(?<indent> +)(- )?run: \|\n(?<code>(\k<indent>\s+.*\n|\n)+)')) {
            $code = $block.Groups['code'].Value -replace '\$\{\{[^}]*\}\}', 'value'
            $problems = $null
            $null = [Management.Automation.Language.Parser]::ParseInput($code, [ref] $null, [ref] $problems)
            $problems | Should -BeNullOrEmpty -Because $code
        }
    }
}

Describe 'A checkout' {
    BeforeDiscovery { $NoCheckout = -not (Get-Command git -ErrorAction Ignore) -or -not (Test-Path "$PSScriptRoot/../../.git") }

    It 'has names that every system can write' -Skip:$NoCheckout {
        # git quotes any other name.
        git -C "$PSScriptRoot/../.." -c core.quotePath=true ls-files | Where-Object { $_ -notmatch '^[\w./-]+$' } | Should -BeNullOrEmpty
    }
}
