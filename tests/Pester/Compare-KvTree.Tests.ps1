BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server -Name other
    $null = Connect-KvStore -InMemory -Name main
    Set-KvValue app/changed old
    Set-KvValue app/equal 1
    Set-KvValue app/left 1
    $Before = (Set-KvValue app2/changed new -PassThru).Revision
    Set-KvValue app2/equal 1
    Set-KvValue app2/right 1
    $File = Join-Path $TestFolder app2.json
    Export-KvTree app2 $File
    Copy-KvTree app2 app -DestinationStore other

    function Format-Difference { $input | ForEach-Object { "$($_.SideIndicator) $($_.RelativeKey)" } }
    $Expected = '<> changed', '<= left', '=> right'
}

AfterAll { Stop-TestServer }

Describe 'Compare-KvTree' -Tag etcd {
    It 'compares <Name>' -ForEach @(
        @{ Name = 'two directories'; Command = { Compare-KvTree app app2 } }
        @{ Name = 'two stores'; Command = { Compare-KvTree app -DifferenceStore other } }
        @{ Name = 'a directory and a file'; Command = { Compare-KvTree app -DifferenceFile $File } }
        @{ Name = 'a directory from the pipeline'; Command = { 'app' | Compare-KvTree -DifferencePath app2 } }
    ) {
        & $Command | Format-Difference | Should -Be $Expected
    }

    It 'compares two files, and needs no store for that' {
        $csv = Join-Path $TestFolder app.csv
        Export-KvTree app $csv
        Invoke-TestPowerShell @"
            Compare-KvTree -ReferenceFile '$csv' -DifferenceFile '$File' | ForEach-Object { "`$(`$_.SideIndicator) `$(`$_.RelativeKey)" }
            @(Get-KvStore).Count
"@ | Should -Be ($Expected + 0)
    }

    It 'compares a revision with now, and two revisions' {
        Compare-KvTree app2 -ReferenceRevision $Before | Format-Difference | Should -Be '=> equal', '=> right'
        Compare-KvTree app2 -ReferenceRevision ($Before + 2) -DifferenceRevision $Before | Format-Difference | Should -Be '<= equal', '<= right'
    }

    It 'compares whole stores' {
        Compare-KvTree -DifferenceStore other | ForEach-Object Key | Should -Be app/changed, app/left, app/right, app2/changed, app2/equal, app2/right
    }

    It 'tells of each key its names and values, in one object' {
        $changed, $left, $right = Compare-KvTree app app2
        $changed.ReferenceValue, $changed.DifferenceValue | Should -Be old, new
        $changed.Reference.Key, $changed.Difference.Key | Should -Be app/changed, app2/changed
        $left.DifferenceValue | Should -BeNullOrEmpty
        $right.Reference | Should -BeNullOrEmpty
        $right.Key | Should -Be app/right
    }

    It 'shows equal keys with -IncludeEqual, and them alone with -ExcludeDifferent' {
        Compare-KvTree app app2 -IncludeEqual | Format-Difference | Should -Be '<> changed', '== equal', '<= left', '=> right'
        Compare-KvTree app app2 -IncludeEqual -ExcludeDifferent | Format-Difference | Should -Be '== equal'
        Compare-KvTree app app -DifferenceRevision $Before | Should -BeNullOrEmpty
    }

    It 'tells bytes apart that show as the same text' {
        Set-KvValue bytes/a ([byte[]] 255)
        Set-KvValue bytes2/a ([byte[]] 254)
        Compare-KvTree bytes bytes2 | ForEach-Object SideIndicator | Should -Be '<>'
    }

    It 'takes a missing directory for an empty one, with a warning' {
        Compare-KvTree app missing -WarningVariable warnings -WarningAction SilentlyContinue | ForEach-Object SideIndicator | Should -Be '<=', '<=', '<='
        $warnings | Should -HaveCount 1
        "$warnings" | Should -BeLike "*directory 'missing'*does not exist*"
    }

    It 'names the parameter for a file where <Name>' -ForEach @(
        @{ Name = 'the other directory is one'; Run = { Compare-KvTree app app2.json }; Says = "*'app2.json' does not exist, but a file*-DifferenceFile: Compare-KvTree app -DifferenceFile app2.json." }
        @{ Name = 'the one directory is one'; Run = { Compare-KvTree app2.json app }; Says = '*-ReferenceFile: Compare-KvTree -DifferencePath app -ReferenceFile app2.json.' }
        @{ Name = 'neither is there'; Run = { Compare-KvTree app missing.yaml }; Says = "Neither a directory nor a file 'missing.yaml'*-DifferenceFile missing.yaml." }
    ) {
        Push-Location $TestFolder
        try {
            $failure = Get-ErrorOf $Run
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            $failure.Exception.Message | Should -BeLike $Says
        }
        finally {
            Pop-Location
        }
    }

    It 'compares directories that are named like a file' {
        Set-KvValue app2.json/a 1
        try {
            (Compare-KvTree app2 app2.json).RelativeKey | Should -Contain a
        }
        finally {
            Remove-KvTree app2.json -Confirm:$false
        }
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'a tree alone'; Arguments = @{ ReferencePath = 'app' } }
        @{ Name = 'an unset variable as a path'; Arguments = @{ ReferencePath = 'app'; DifferencePath = $null } }
        @{ Name = 'a file together with a path'; Arguments = @{ ReferencePath = 'app'; DifferencePath = 'b'; DifferenceFile = 'x.json' } }
        @{ Name = 'a file together with a revision'; Arguments = @{ ReferenceFile = 'x.json'; ReferenceRevision = 1 } }
        @{ Name = 'an older revision than there was'; Arguments = @{ ReferencePath = 'app'; ReferenceRevision = -1 } }
    ) {
        (Get-ErrorOf { Compare-KvTree @Arguments }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }

    It 'ends when a later command has enough' {
        1..3000 | ForEach-Object { [pscustomobject]@{ Key = "many/$_"; Value = $_ } } | Set-KvValue
        Compare-KvTree many none -WarningAction SilentlyContinue | Select-Object -First 2 | Should -HaveCount 2
    }

    It 'shows a table of sides, keys and values' {
        $PSStyle.OutputRendering = 'PlainText'
        $lines = Compare-KvTree app app2 | Out-String -Width 120 -Stream | Where-Object { $_ } | ForEach-Object { ($_ -replace '\s+', ' ').Trim() }
        $lines[0] | Should -Be 'Side Key ReferenceValue DifferenceValue'
        $lines[2] | Should -Be '<> changed old new'
    }
}
