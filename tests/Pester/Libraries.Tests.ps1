# The libraries' packages are what NuGet takes, and a new project can use them.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/../../build/ReadmeSession.ps1
    $Root = [IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $Shelf = Join-Path $TestFolder shelf
    $Packages = & $Root/build/pack-libraries.ps1 -Destination $Shelf -ProjectUri https://github.com/somebody/valkeyrie

    function Get-PackagedFile([IO.FileInfo] $Package) {
        $archive = [IO.Compression.ZipFile]::OpenRead($Package)
        $archive.Entries.FullName
        $archive.Dispose()
    }
}

AfterAll { Stop-TestServer }

Describe 'The packages of the libraries' {
    It 'are one for each library, with its symbols' {
        $libraries = Get-ChildItem $Root/src -Directory | Where-Object { Test-Path (Join-Path $_ README.md) }
        $Packages.Count | Should -Be $libraries.Count
        (Get-ChildItem $Shelf -Filter *.snupkg).BaseName | Should -Be $Packages.BaseName
        "$($libraries.Name)" | Should -Match 'Valkeyrie Valkeyrie.*Consul.*Embedded.*Etcd.*ZooKeeper'
    }

    It 'hold an assembly, its documentation, a readme, an icon and licenses' {
        foreach ($package in $Packages) {
            $files = Get-PackagedFile $package
            $name = $package.BaseName -replace '\.\d+\.\d+\.\d+$'
            foreach ($file in "lib/net8.0/$name.dll", "lib/net8.0/$name.xml", 'README.md', 'icon.png', 'LICENSE', 'THIRD-PARTY-NOTICES.txt') {
                $files | Should -Contain $file
            }
        }
    }

    It 'state a license, a description, and where the project is' {
        foreach ($package in $Packages) {
            $archive = [IO.Compression.ZipFile]::OpenRead($package)
            $reader = [IO.StreamReader]::new(($archive.Entries | Where-Object FullName -Like *.nuspec).Open())
            $metadata = ([xml] $reader.ReadToEnd()).package.metadata
            $archive.Dispose()
            $metadata.license.InnerText | Should -Be Apache-2.0
            $metadata.projectUrl | Should -Be https://github.com/somebody/valkeyrie
            $metadata.description, $metadata.readme, $metadata.icon | Should -Not -BeNullOrEmpty
        }
    }

    It 'hold no path of the machine that made them' {
        foreach ($package in $Packages) {
            $folder = Join-Path $TestFolder $package.BaseName
            [IO.Compression.ZipFile]::ExtractToDirectory($package, $folder)
            $assembly = Get-Item (Join-Path $folder lib net8.0 *.dll)
            [Text.Encoding]::UTF8.GetString([IO.File]::ReadAllBytes($assembly)) | Should -Not -Match ([regex]::Escape($Root))
        }
    }

    It 'serve a new project, in which the README''s program runs as it stands' {
        $project = (New-Item -ItemType Directory (Join-Path $TestFolder shop)).FullName
        $readme = Get-Content $Root/README.md -Raw
        $readme -match '(?s)\n```csharp\n(?<program>.*?)\n```\n\n```\n(?<output>.*?)\n```' | Should -BeTrue
        Set-Content $project/Program.cs $Matches.program
        $expected = $Matches.output

        # Packages of others come from where they have been restored already, ours from the shelf: an older one of the same version may lie about.
        $cache = (dotnet nuget locals global-packages --list) -replace '^global-packages: '
        Set-Content $project/shop.csproj @"
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net$([Environment]::Version.Major).0</TargetFramework>
    <Nullable>enable</Nullable>
    <ImplicitUsings>enable</ImplicitUsings>
    <RestorePackagesPath>$project/packages</RestorePackagesPath>
    <RestoreFallbackFolders>$cache</RestoreFallbackFolders>
    <RestoreAdditionalProjectSources>$Shelf</RestoreAdditionalProjectSources>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Valkeyrie.Embedded" Version="$((Import-PowerShellDataFile $ModulePath).ModuleVersion)" />
  </ItemGroup>
</Project>
"@
        $build = Start-TestProcess dotnet 'build', $project, '-v', 'quiet', '-nologo', '-o', "$project/out"
        $text = $build.StandardOutput.ReadToEnd()
        $build.WaitForExit()
        $build.ExitCode | Should -Be 0 -Because $text
        Test-Path $project/packages/valkeyrie.embedded | Should -BeTrue
        $run = Start-TestProcess dotnet "$project/out/shop.dll"
        $run.StandardOutput.ReadToEnd().Trim().ReplaceLineEndings("`n") | Should -BeExactly $expected
        $run.WaitForExit()
        $run.ExitCode | Should -Be 0
    }
}
