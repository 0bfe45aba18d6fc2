# The package is what PSResourceGet takes: published to a repository, installed from it, and used from where it was installed.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/FirstSession.ps1
    . $PSScriptRoot/../../build/EmptyHome.ps1
    $Build = [IO.Path]::GetFullPath("$PSScriptRoot/../../build")
    $staged = Split-Path $ModulePath
    $Version = (Import-PowerShellDataFile $ModulePath).ModuleVersion
    $Shelf = (New-Item -ItemType Directory (Join-Path $TestFolder shelf)).FullName
    $UserHome = (New-Item -ItemType Directory (Join-Path $TestFolder home)).FullName
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

Describe 'The package' -Tag PSResourceGet {
    It 'is published to a folder, installed from it, and the README''s first session runs from there word for word' {
        $package = New-Package package @{ ProjectUri = 'https://github.com/somebody/valkeyrie' }
        $package.Name | Should -Be "Valkeyrie.$Version.nupkg"
        $shown = Invoke-AtEmptyHome $UserHome @"
            $(Get-ShelfCommand $Shelf)
            Publish-PSResource -NupkgPath '$($package.FullName)' -Repository shelf
            Find-PSResource Valkeyrie -Repository shelf |
                Select-Object Name, Author, Description, Tags, LicenseUri, ProjectUri, IconUri, ReleaseNotes |
                ConvertTo-Json -Compress
            $(Get-InstallCommand $UserHome)
"@ | ConvertFrom-Json
        $shown.Name, $shown.Author | Should -Be Valkeyrie, 'The Valkeyrie authors'
        $shown.Description, $shown.ReleaseNotes | Should -Not -BeNullOrEmpty
        $shown.Tags | Should -Contain etcd
        $shown.LicenseUri, $shown.ProjectUri | Should -Be https://www.apache.org/licenses/LICENSE-2.0, https://github.com/somebody/valkeyrie
        $shown.IconUri | Should -BeLike https://raw.githubusercontent.com/*/icon.png

        # The first command finds the module by itself; the tour, which imports it by name, gets the same.
        $base, $seen = Invoke-AtEmptyHome $UserHome "`$null = Get-KvStore; (Get-Module Valkeyrie).ModuleBase; & '$Tour' -Module Valkeyrie"
        $base | Should -BeLike "$UserHome*$Version"
        (ConvertTo-Word $seen) -join ' ' | Should -BeExactly ((ConvertTo-Word (Get-FirstSession)) -join ' ')
        $drive, $help = Invoke-AtEmptyHome $UserHome "Set-KvValue app/host db01 -WarningAction Ignore; (Get-ChildItem kv:/app).Name; (Get-Help Set-KvValue).Synopsis"
        $drive, $help | Should -Be host, 'Writes values to keys.'
    }

    It 'carries the release notes of the changelog, its license and its icon' {
        $module = Expand-Package (New-Package notes)
        $manifest = Import-PowerShellDataFile $module/Valkeyrie.psd1
        $notes = & $Build/release-notes.ps1 $Version
        $manifest.PrivateData.PSData.ReleaseNotes.ReplaceLineEndings("`n") | Should -Be $notes.ReplaceLineEndings("`n")
        $notes | Should -Match '### Added'
        ([xml](Get-Content $module/Valkeyrie.nuspec -Raw)).package.metadata.releaseNotes | Should -Not -BeNullOrEmpty
        Get-Content $module/LICENSE -Raw | Should -Match 'Apache License'
        Get-Content $module/THIRD-PARTY-NOTICES.txt -Raw | Should -Match 'SQLite'
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
        { & $Notes 2.0.0 } | Should -Throw '*no section for 2.0.0*'
    }
}
