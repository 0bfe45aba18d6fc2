# The package is what PSResourceGet takes: published to a repository, installed from it, and used from where it was installed.

BeforeDiscovery {
    $missing = -not (Get-Command Compress-PSResource -ErrorAction Ignore)
    if ($missing) {
        Write-Warning 'THE PACKAGE IS NOT TESTED: that needs PSResourceGet 1.1 or newer, which is not installed here, or not for this PowerShell.'
    }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Build = [IO.Path]::GetFullPath("$PSScriptRoot/../../build")
    $staged = Split-Path $ModulePath
    $Version = (Import-PowerShellDataFile $ModulePath).ModuleVersion
    $Repository = "valkeyrie-$([guid]::NewGuid().ToString('n'))"
    $Shelf = (New-Item -ItemType Directory (Join-Path $TestFolder shelf)).FullName
    $Installed = (New-Item -ItemType Directory (Join-Path $TestFolder installed)).FullName
    $Unpacked = Join-Path $TestFolder unpacked

    function New-Package([string] $Folder, [hashtable] $Option = @{}) {
        & $Build/pack.ps1 -Module $staged -Destination (Join-Path $TestFolder $Folder) @Option
    }

    function Expand-Package([IO.FileInfo] $Package) {
        [IO.Compression.ZipFile]::ExtractToDirectory($Package.FullName, $Unpacked, $true)
        $Unpacked
    }
}

AfterAll { Stop-TestServer }

Describe 'The package' -Skip:$missing {
    AfterAll { Unregister-PSResourceRepository $Repository -ErrorAction Ignore }

    It 'is published to a repository, installed from it, and the first session runs from there, without anything else of the checkout' {
        $package = New-Package package
        $package.Name | Should -Be "Valkeyrie.$Version.nupkg"
        Register-PSResourceRepository $Repository -Uri $Shelf -Trusted
        Publish-PSResource -NupkgPath $package.FullName -Repository $Repository
        (Find-PSResource Valkeyrie -Repository $Repository).Version | Should -Be ([version]$Version)
        Save-PSResource Valkeyrie -Repository $Repository -Path $Installed

        $script = @"
            `$ErrorActionPreference = 'Stop'
            Import-Module Valkeyrie
            (Get-Module Valkeyrie).ModuleBase
            Set-KvValue app/db/host db01 -WarningAction Ignore
            `$port = Set-KvValue app/db/port 5432 -PassThru
            Set-KvValue application/name other
            (Get-KvTree app).Value
            Set-KvValue app/db/port 5433 -IfRevision `$port.Revision
            try { Set-KvValue app/db/port 5434 -IfRevision `$port.Revision } catch { `$_.FullyQualifiedErrorId }
            (Watch-KvTree app -FromRevision 1 -Timeout 1).Count
            Use-KvLock app/deploy { Get-KvValue app/db/host -ValueOnly }
            (Get-ChildItem kv:/app/db).Name
            (Get-Help Set-KvValue).Synopsis
            Remove-KvTree app -PassThru -Confirm:`$false
            Test-KvKey application/name
"@
        $start = [Diagnostics.ProcessStartInfo]::new($Pwsh, @('-NoProfile', '-NonInteractive', '-Command', $script))
        $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        $start.WorkingDirectory = $TestFolder
        $start.Environment['PSModulePath'] = $Installed
        $start.Environment['XDG_DATA_HOME'] = $start.Environment['LOCALAPPDATA'] = (New-Item -ItemType Directory (Join-Path $TestFolder data)).FullName
        $process = [Diagnostics.Process]::Start($start)
        $Started.Add($process)
        $errors = $process.StandardError.ReadToEndAsync()
        $output = $process.StandardOutput.ReadToEnd().TrimEnd() -split '\r?\n'
        $errors.Result | Should -BeNullOrEmpty
        $output | Should -Be @(
            Join-Path $Installed Valkeyrie $Version
            'db01', '5432'
            'KvKeyModified,Valkeyrie.PowerShell.Commands.SetKvValueCommand'
            '3', 'db01', 'host', 'port', 'Writes values.', '2', 'True')
    }

    It 'carries the release notes of the changelog, its license and its icon' {
        $module = Expand-Package (New-Package notes)
        $manifest = Import-PowerShellDataFile $module/Valkeyrie.psd1
        $notes = & $Build/release-notes.ps1 $Version
        $manifest.PrivateData.PSData.ReleaseNotes.ReplaceLineEndings("`n") | Should -Be $notes.ReplaceLineEndings("`n")
        $notes | Should -Match '### Added'
        ([xml](Get-Content $module/Valkeyrie.nuspec -Raw)).package.metadata.releaseNotes | Should -Not -BeNullOrEmpty
        Get-Content $module/LICENSE -Raw | Should -Match 'Apache License'
        [IO.File]::ReadAllBytes("$module/icon.png")[1..3] | Should -Be 0x50, 0x4E, 0x47
    }

    It 'names the project and its icon where it is told them, and neither where not' {
        $module = Expand-Package (New-Package named @{ ProjectUri = 'https://github.com/somebody/valkeyrie/' })
        $data = (Import-PowerShellDataFile $module/Valkeyrie.psd1).PrivateData.PSData
        $data.ProjectUri | Should -Be 'https://github.com/somebody/valkeyrie'
        $data.IconUri | Should -Be "https://raw.githubusercontent.com/somebody/valkeyrie/v$Version/docs/icon.png"
        (Import-PowerShellDataFile ((Expand-Package (New-Package unnamed)) + '/Valkeyrie.psd1')).PrivateData.PSData.Keys | Should -Not -Contain IconUri
    }
}

Describe 'The release notes' {
    BeforeAll {
        $null = New-Item -ItemType Directory (Join-Path $TestFolder notes/build)
        Copy-Item $Build/release-notes.ps1 (Join-Path $TestFolder notes/build)
        Set-Content (Join-Path $TestFolder notes/CHANGELOG.md) "# Changelog`n`n## [Unreleased]`n`n- next`n`n## [1.2.0] - 2030-01-02`n`n- this [one]`n`n## [1.1.0]`n`n- before"
        $Notes = Join-Path $TestFolder notes build release-notes.ps1
    }

    It 'of <Version> are <Text>' -ForEach @{ Version = '1.2.0'; Text = '- this [one]' }, @{ Version = '1.1.0'; Text = '- before' }, @{ Version = '2.0.0'; Text = '- next' } {
        & $Notes $Version | Should -Be $Text
    }

    It 'are missed where the changelog has neither the version nor what is unreleased' {
        (Get-Content (Join-Path $TestFolder notes/CHANGELOG.md) -Raw).Replace('[Unreleased]', '[0.1]') | Set-Content (Join-Path $TestFolder notes/CHANGELOG.md)
        { & $Notes 2.0.0 } | Should -Throw '*neither for 2.0.0*'
    }
}
