# What of others is shipped, and under which license.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Build = [IO.Path]::GetFullPath("$PSScriptRoot/../../build")
    $Root = Split-Path $Build
    $Shipped = & $Build/notices.ps1 -List
}

AfterAll { Stop-TestServer }

Describe 'THIRD-PARTY-NOTICES.txt' {
    It 'is what the restored packages say; ./build.ps1 notices writes it' {
        (Get-Content $Root/THIRD-PARTY-NOTICES.txt -Raw).Trim() | Should -BeExactly (& $Build/notices.ps1).Trim()
    }

    It 'has an entry for every library in the staged module that is not ours' {
        $known = @($Shipped.Files | ForEach-Object { [IO.Path]::GetFileNameWithoutExtension($_) })
        $libraries = Get-ChildItem (Join-Path (Split-Path $ModulePath) bin) -Recurse -File | Where-Object BaseName -NotLike 'Valkeyrie*'
        $libraries | Should -Not -BeNullOrEmpty
        $libraries | Where-Object BaseName -NotIn $known | Should -BeNullOrEmpty
    }

    It 'is in the staged module, beside the license' {
        foreach ($name in 'LICENSE', 'THIRD-PARTY-NOTICES.txt') {
            Get-Content (Join-Path (Split-Path $ModulePath) $name) -Raw | Should -BeExactly (Get-Content (Join-Path $Root $name) -Raw)
        }
    }

    It 'cannot be made for a package <Of>' -ForEach @(
        @{ Of = 'with a license whose text is not there'; License = '<license type="expression">GPL-3.0-only</license>'; Message = "*Some.Package/1.0.0 has the license 'GPL-3.0-only'*build/licenses*" }
        @{ Of = 'without a license'; License = ''; Message = '*Some.Package/1.0.0 states no license*' }
    ) {
        $folder = New-Item -ItemType Directory (Join-Path $TestFolder "$([guid]::NewGuid())/some.package/1.0.0")
        Set-Content $folder/some.package.nuspec "<package><metadata><id>Some.Package</id><version>1.0.0</version><authors>A</authors>$License</metadata></package>"
        $assets = Join-Path $TestFolder "$([guid]::NewGuid()).json"
        @{
            packageFolders = @{ "$($folder.Parent.Parent.FullName)/" = @{} }
            targets        = @{ net = @{ 'Some.Package/1.0.0' = @{ type = 'package'; runtime = @{ 'lib/net8.0/Some.Package.dll' = @{} } } } }
            libraries      = @{ 'Some.Package/1.0.0' = @{ path = 'some.package/1.0.0' } }
        } | ConvertTo-Json -Depth 5 | Set-Content $assets
        { & $Build/notices.ps1 -Assets $assets } | Should -Throw $Message
    }
}
