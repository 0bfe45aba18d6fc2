BeforeDiscovery {
    $missing = -not (Get-Module PSScriptAnalyzer -ListAvailable)
    if ($missing) {
        Write-Warning 'THE SCRIPTS ARE NOT ANALYZED: PSScriptAnalyzer is not installed here.'
    }
}

Describe 'The scripts' {
    It 'are without a finding of PSScriptAnalyzer' -Skip:$missing {
        & $PSScriptRoot/../../build/analyze.ps1 | Should -BeNullOrEmpty
    }
}
