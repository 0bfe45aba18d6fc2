# The help says what the cmdlets take, its examples run, and what is shipped is what the pages give.

BeforeDiscovery {
    . $PSScriptRoot/PageExamples.ps1
    $docs = [IO.Path]::GetFullPath("$PSScriptRoot/../../docs/en-US")
    $commands = (Import-PowerShellDataFile $PSScriptRoot/../../Valkeyrie.psd1).CmdletsToExport
    $topics = (Get-ChildItem $docs -Filter about_*.md).BaseName
    $examples = Get-ChildItem $docs -Filter *.md | ForEach-Object { Get-PageExample $_.FullName } | Where-Object { -not $_.IsSetup }
    $onServer, $alone = $examples.Where({ $_.Code -match 'localhost:2379' }, 'Split')
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/PageExamples.ps1
    $Docs = [IO.Path]::GetFullPath("$PSScriptRoot/../../docs/en-US")
    $Shipped = Join-Path (Split-Path $ModulePath) en-US

    # Examples with other runspaces rely on the module being found there, as an installed one is.
    $modulePaths, $env:PSModulePath = $env:PSModulePath, ((Split-Path (Split-Path $ModulePath)) + [IO.Path]::PathSeparator + $env:PSModulePath)

    # The parameters that are a cmdlet's own and meant to be given.
    function Get-OwnParameter([string] $Name) {
        $common = [Management.Automation.Cmdlet]::CommonParameters
        (Get-Command $Name).Parameters.Values | Where-Object {
            $_.Name -notin $common -and ($_.Attributes | Where-Object { $_ -is [Management.Automation.ParameterAttribute] -and -not $_.DontShow })
        }
    }

    function Get-ShippedText([string] $Name) {
        (Get-Content (Join-Path $Shipped $Name) -Raw).ReplaceLineEndings("`n")
    }
}

AfterAll {
    $env:PSModulePath = $modulePaths
    Stop-TestServer
}

Describe 'The help of <_>' -ForEach $commands {
    BeforeAll {
        $command = $_
        $help = Get-Help $command
        $given = @($help.parameters.parameter)
        $own = @(Get-OwnParameter $command)
    }

    It 'comes from its page' {
        Join-Path $Docs "$command.md" | Should -Exist
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Synopsis | Should -Not -Match "^\s*$command "
        $help.description.Text | Should -Not -BeNullOrEmpty
    }

    It 'has no place left to fill in' {
        Get-Content (Join-Path $Docs "$command.md") -Raw | Should -Not -Match '\{\{'
    }

    It 'explains its parameters, all of them and no others' {
        $given.name | Sort-Object | Should -Be ($own.Name | Sort-Object)
        foreach ($parameter in $given) {
            $parameter.description.Text -join '' | Should -Match '\w{2,}' -Because "-$($parameter.name) needs its text"
        }
    }

    It 'says of each parameter what it is' {
        foreach ($parameter in $own) {
            $told = $given | Where-Object name -EQ $parameter.Name
            $sets = @($parameter.Attributes | Where-Object { $_ -is [Management.Automation.ParameterAttribute] })
            $aliases = @($told.aliases -split ', ' -ne 'none')
            $aliases | Sort-Object | Should -Be ($parameter.Aliases | Sort-Object) -Because "these are the aliases of -$($parameter.Name)"
            $told.required -eq 'true' | Should -Be ($sets[0].Mandatory) -Because "-$($parameter.Name) is, or is not, mandatory"
            if ($sets[0].Position -ge 0) {
                $told.position | Should -Be $sets[0].Position
            }

            if (-not $parameter.SwitchParameter) {
                $type = [Nullable]::GetUnderlyingType($parameter.ParameterType) ?? $parameter.ParameterType
                $told.parameterValue | Should -Be ([Microsoft.PowerShell.ToStringCodeMethods]::Type($type) -replace '^.*\.') -Because "that is the type of -$($parameter.Name)"
            }
        }
    }

    It 'is shown by Get-Help without the marks that its page is written with' {
        Get-Help $_ -Full | Out-String | Should -Not -Match '```'
    }

    It 'says what goes in and what comes out' {
        @($help.inputTypes.inputType).type.name | Should -Not -BeNullOrEmpty
        @($help.returnValues.returnValue).type.name | Should -Not -BeNullOrEmpty
    }

    It 'has three titled examples at least' {
        $titles = @($help.examples.example.title)
        $titles.Count | Should -BeGreaterOrEqual 3
        $titles | Should -Match '^Example \d+: \S'
    }

    It 'leads on to other pages that are there' {
        $links = @([regex]::Matches((Get-Content (Join-Path $Docs "$command.md") -Raw), '(?m)^- \[([^\]]+)\]\(([^)]+)\)'))
        $links.Count | Should -BeGreaterThan 0
        $links | ForEach-Object { Join-Path $Docs $_.Groups[2].Value | Should -Exist }
    }
}

Describe 'The topic <_>' -ForEach $topics {
    It 'is found by Get-Help' {
        $shown = Get-Help $_ | Out-String
        $shown | Should -Match "TOPIC\s+$_"
        $shown | Should -Match 'SHORT DESCRIPTION\s+\S'
    }

    It 'names only cmdlets and topics that are there' {
        $named = [regex]::Matches((Get-Content (Join-Path $Docs "$_.md") -Raw), '\b(about_Valkeyrie\w*|[A-Z][a-z]+-Kv[A-Z]\w+)').Value | Select-Object -Unique
        $known = @((Get-Module Valkeyrie).ExportedCmdlets.Keys) + (Get-ChildItem $Docs -Filter about_*.md).BaseName
        $named | Where-Object { $_ -notin $known } | Should -BeNullOrEmpty
    }
}

Describe 'Get-Help' {
    BeforeAll {
        # A new PowerShell, once for all that is asked of it.
        $asked = 'Set-KvValue -Examples', 'Set-KvValue -Parameter Ttl', 'Set-KvValue -Full', 'about_Valkeyrie_Locks'
        $said = (Invoke-TestPowerShell (($asked | ForEach-Object { "'==== $_'; Get-Help $_ | Out-String -Width 120" }) -join ';')) -join "`n"
    }

    It 'shows <Shown> to whoever imports the module' -ForEach @(
        @{ Shown = 'examples'; Asked = 'Set-KvValue -Examples'; Expected = '(?s)Example 1: Write a value\s+Set-KvValue app/color blue.*Example 2' }
        @{ Shown = 'a parameter'; Asked = 'Set-KvValue -Parameter Ttl'; Expected = '(?s)-Ttl <Object>.*number of seconds.*Required\?\s+false.*Default value\s+None' }
        @{ Shown = 'everything'; Asked = 'Set-KvValue -Full'; Expected = '(?s)SYNOPSIS.*SYNTAX.*DESCRIPTION.*PARAMETERS.*INPUTS.*OUTPUTS.*NOTES.*RELATED LINKS' }
        @{ Shown = 'a topic'; Asked = 'about_Valkeyrie_Locks'; Expected = '(?s)TOPIC\s+about_Valkeyrie_Locks.*SHORT DESCRIPTION.*SEE ALSO' }
    ) {
        $said -split '(?m)^(?===== )' | Where-Object { $_.StartsWith("==== $Asked") } | Should -Match $Expected
    }

    It 'says of -Online that there is no address, where no site is known, and has no broken one' {
        foreach ($name in (Get-Module Valkeyrie).ExportedCmdlets.Keys) {
            (Get-Command $name).HelpUri | Should -BeNullOrEmpty
            @((Get-Help $name).relatedLinks.navigationLink.uri | Where-Object { $_ }) | Should -BeNullOrEmpty
        }

        { Get-Help Get-KvValue -Online -ErrorAction Stop } | Should -Throw '*address*not specified*'
    }

    It 'leads -Online to the page on the project''s site, where a package names one' {
        $copy = Join-Path $TestFolder online
        Copy-Item (Split-Path $ModulePath) $copy -Recurse
        & $PSScriptRoot/../../build/online-help.ps1 -Module $copy -Site https://example.org/docs
        $links = & $Pwsh -NoProfile -NonInteractive -Command "Import-Module '$copy/Valkeyrie.psd1'; (Get-Module Valkeyrie).ExportedCmdlets.Keys | Sort-Object | ForEach-Object { (Get-Help `$_).relatedLinks.navigationLink[0].uri }"
        $links | Should -Be ((Get-Module Valkeyrie).ExportedCmdlets.Keys | Sort-Object | ForEach-Object { "https://example.org/docs/$_.md" })
    }
}

Describe 'What is shipped' {
    It 'is what the pages give' -Tag PlatyPS {
        $pages, $files = 'pages', 'files' | ForEach-Object { Join-Path $TestFolder $_ }
        $null = Invoke-TestPowerShell "& '$PSScriptRoot/../../build/docs.ps1' -Module '$ModulePath' -Source '$Docs' -Page '$pages' -Output '$files'"
        foreach ($folder in @{ Made = $pages; Kept = $Docs; Filter = '*-*.md' }, @{ Made = $files; Kept = $Shipped; Filter = '*' }) {
            $made = Get-ChildItem $folder.Made -Filter $folder.Filter
            $made.Name | Sort-Object | Should -Be (Get-ChildItem $folder.Kept -Filter $folder.Filter).Name
            foreach ($file in $made) {
                (Get-Content (Join-Path $folder.Kept $file.Name) -Raw).ReplaceLineEndings("`n") -ceq (Get-Content $file -Raw).ReplaceLineEndings("`n") |
                    Should -BeTrue -Because "the task docs makes $($file.Name) anew from the pages and the cmdlets"
            }
        }
    }
}

Describe 'The examples' {
    BeforeAll {
        $server = Start-TestServer '--enable-v2'
        $Authority = $server ? ([uri]$server).Authority : 'localhost:2379'
        $setup = (Get-PageExample (Join-Path $Docs about_Valkeyrie.md) | Where-Object { $_.IsSetup }).Code
    }

    foreach ($kind in @{ Needs = 'etcd'; Examples = $onServer }, @{ Needs = @(); Examples = $alone }) {
        It '<Page>: <Title>' -Tag $kind.Needs -ForEach $kind.Examples {
            $problems = $null
            $null = [Management.Automation.Language.Parser]::ParseInput($Code, [ref] $null, [ref] $problems)
            $problems | Should -BeNullOrEmpty
            if ($Needs) {
                return
            }

            $shown = Invoke-PageExample $_ $setup $Authority
            ConvertTo-Word $_ $shown | Should -BeExactly (ConvertTo-Word $_ $Output)
        }
    }

    It 'are run, but for a few that need more than a test has' -TestCases @{ All = $examples } {
        # A cluster of several members, a server of another kind, a second machine.
        @($All | Where-Object Needs).Count | Should -BeLessOrEqual 8
        @($All | Where-Object { -not $_.Needs }).Count | Should -BeGreaterThan 120
    }
}
