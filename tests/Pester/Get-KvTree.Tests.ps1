BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server
}

AfterAll { Stop-TestServer }

Describe 'Get-KvTree' -Tag etcd {
    BeforeAll {
        'app', 'app/a', 'app/b/c', 'app/d', 'application/x', 'leaf' | ForEach-Object { Set-KvValue $_ "value of $_" }
    }

    It 'lists a directory in key order, without its own key and without its neighbours' {
        Get-KvTree app | ForEach-Object Key | Should -Be app/a, app/b/c, app/d
        Get-KvTree app/ | ForEach-Object Key | Should -Be app/a, app/b/c, app/d
        Get-KvTree app | ForEach-Object Value | Select-Object -First 1 | Should -Be 'value of app/a'
    }

    It 'lists all keys without a path' {
        Get-KvTree | ForEach-Object Key | Should -Be app, app/a, app/b/c, app/d, application/x, leaf
    }

    It 'lists a prefix, whatever follows' {
        Get-KvTree -Prefix appl | ForEach-Object Key | Should -Be application/x
        Get-KvTree -Prefix app/ | ForEach-Object Key | Should -Be app/a, app/b/c, app/d
    }

    It 'lists several directories, also from the pipeline' {
        Get-KvTree application, app/b | ForEach-Object Key | Should -Be application/x, app/b/c
        'application', 'app/b' | Get-KvTree | ForEach-Object Key | Should -Be application/x, app/b/c
        [pscustomobject]@{ Path = 'app/b' } | Get-KvTree | ForEach-Object Key | Should -Be app/b/c
    }

    It 'lists nothing for a leaf' {
        Get-KvTree leaf | Should -BeNullOrEmpty
    }

    It 'says of a missing directory that it is not found, and goes on with the others' {
        $pairs = Get-KvTree missing, app/b -ErrorVariable failures -ErrorAction SilentlyContinue
        $pairs.Key | Should -Be app/b/c
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'KvKeyNotFound,*'
        $failures[0].CategoryInfo.Category | Should -Be ObjectNotFound
        $failures[0].TargetObject | Should -Be missing
    }

    It 'refuses <Name>, which must not mean all keys' -ForEach @(
        @{ Name = 'an empty path'; Given = '' }
        @{ Name = 'an unset variable'; Given = $null }
    ) {
        (Get-ErrorOf { Get-KvTree $Given }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        (Get-ErrorOf { Get-KvTree -Prefix $Given }).CategoryInfo.Category | Should -BeIn InvalidArgument, InvalidData
    }

    It 'leaves the values out with -KeysOnly' {
        $pair = Get-KvTree app/b -KeysOnly
        $pair.Key | Should -Be app/b/c
        $pair.KeyOnly | Should -BeTrue
        $pair.Value | Should -BeExactly ''
    }

    It 'counts with -Count' {
        Get-KvTree app -Count | Should -Be 3
        Get-KvTree -Prefix app -Count | Should -Be 5
        Get-KvTree leaf -Count | Should -Be 0
    }

    It 'pages with -First and -Skip' {
        Get-KvTree app -First 2 | ForEach-Object Key | Should -Be app/a, app/b/c
        Get-KvTree app -First 1 -Skip 1 | ForEach-Object Key | Should -Be app/b/c
        Get-KvTree app -Skip 2 | ForEach-Object Key | Should -Be app/d
        Get-KvTree app -Skip 5 | Should -BeNullOrEmpty
    }

    It 'tells the total exactly with -IncludeTotalCount' {
        $total, $pairs = Get-KvTree app -First 1 -IncludeTotalCount
        [uint64] $total | Should -Be 3
        $total.Accuracy | Should -Be 1
        $pairs.Key | Should -Be app/a
        Get-KvTree app -First 0 -IncludeTotalCount | Should -Be 3
    }

    It 'lists an older revision' {
        $before = (Set-KvValue old/a 1 -PassThru).Revision
        Set-KvValue old/b 2
        Get-KvTree old -Revision $before | ForEach-Object Key | Should -Be old/a
        Get-KvTree old -Serializable | ForEach-Object Key | Should -Be old/a, old/b
    }

    It 'does not show the keys that locks are made of' {
        Set-KvValue locked/a 1
        $held = Lock-KvKey locked/a
        Get-KvTree locked | ForEach-Object Key | Should -Be locked/a
        Get-KvTree locked -Count | Should -Be 1
        Unlock-KvKey $held
    }

    It 'streams: a later command that has enough ends it' {
        1..2000 | ForEach-Object { [pscustomobject]@{ Key = "many/$_"; Value = $_ } } | Set-KvValue
        Get-KvTree many | Select-Object -First 3 | Should -HaveCount 3
        Get-KvTree many -Count | Should -Be 2000
    }
}
