Describe 'The scripts' {
    It 'are without a finding of PSScriptAnalyzer' -Tag PSScriptAnalyzer {
        & $PSScriptRoot/../../build/analyze.ps1 | Should -BeNullOrEmpty
    }
}
