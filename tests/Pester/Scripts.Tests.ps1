BeforeDiscovery {
    $missing = -not (Get-Command Invoke-ScriptAnalyzer -ErrorAction Ignore)
    if ($missing) {
        Write-Warning 'THE SCRIPTS ARE NOT ANALYZED: PSScriptAnalyzer is not installed here, or not for this PowerShell.'
    }
}

Describe 'The scripts' {
    It 'are without a finding of PSScriptAnalyzer' -Skip:$missing {
        & $PSScriptRoot/../../build/analyze.ps1 | Should -BeNullOrEmpty
    }
}
