BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server -Name etcd
    $null = Connect-KvStore -InMemory -Name main
    Add-TestStore HeldStore
}

AfterAll { Stop-TestServer }

Describe 'Copy-KvTree' -Tag etcd {
    BeforeEach {
        Remove-KvTree -All -Store main -Confirm:$false -ErrorAction Ignore
        Remove-KvTree -All -Store etcd -Confirm:$false -ErrorAction Ignore
        Set-KvValue app/text 'grüße'
        Set-KvValue app/d/bytes ([byte[]] (0, 255))
        Set-KvValue application/x 1
    }

    It 'does not advise to repeat what can never succeed' {
        $old = (Set-KvValue app/text 1 -Store etcd -PassThru).Revision
        $new = (Set-KvValue app/text 2 -Store etcd -PassThru).Revision
        $null = Invoke-Etcdctl compaction $new
        $failure = Get-ErrorOf { Copy-KvTree app -Revision $old -Store etcd }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvCompacted,*'
        "$failure" | Should -BeLike '*The same command cannot succeed*-Revision*'
        "$failure" | Should -Not -BeLike '*to continue*'
    }

    It 'copies a directory to another one, bytes and all, and none of its neighbours' {
        Copy-KvTree app backup/app | Should -BeNullOrEmpty
        Get-KvTree backup | ForEach-Object Key | Should -Be backup/app/d/bytes, backup/app/text
        (Get-KvValue backup/app/d/bytes).Bytes | Should -Be 0, 255
    }

    It 'copies to the same directory of another store, from file to server and back' {
        (Copy-KvTree app -DestinationStore etcd -PassThru).Written | Should -Be 2
        Compare-KvTree app -DifferenceStore etcd | Should -BeNullOrEmpty
        Set-KvValue app/more 1 -Store etcd
        $done = Copy-KvTree app -Store etcd -DestinationStore main -PassThru
        $done.Written, $done.Unchanged | Should -Be 1, 2
        Compare-KvTree app -DifferenceStore etcd | Should -BeNullOrEmpty
    }

    It 'warns once of keys whose copies no longer expire' {
        Set-KvValue expiring/forever 1
        'expiring/a', 'expiring/b' | Set-KvValue -Value 1 -Ttl 600
        $warning = Copy-KvTree expiring -Destination stays 3>&1
        "$warning" | Should -BeExactly "2 keys, the first of them 'a', expire in the source. Their copies do not expire, because Copy-KvTree copies no times to live. To copy them, use Sync-KvTree -IncludeTtl."
        (Copy-KvTree expiring -Destination stays -PassThru 3>$null).Permanent | Should -Be 2
        Copy-KvTree stays -Destination again 3>&1 | Should -BeNullOrEmpty
    }

    It 'copies everything with -All, also below a directory' {
        Copy-KvTree -All -DestinationStore etcd
        Copy-KvTree -All all/of/it -DestinationStore etcd
        Get-KvTree -Store etcd | ForEach-Object Key |
            Should -Be all/of/it/app/d/bytes, all/of/it/app/text, all/of/it/application/x, app/d/bytes, app/text, application/x
    }

    It 'restores an older revision' {
        $before = (Set-KvValue app/text good -PassThru).Revision
        Set-KvValue app/text bad
        Set-KvValue app/new bad
        $done = Copy-KvTree app -Revision $before -Prune -Force -PassThru
        $done.Written, $done.Unchanged, $done.Removed | Should -Be 1, 1, 1
        Get-KvTree app -KeysOnly | ForEach-Object Key | Should -Be app/d/bytes, app/text
        Get-KvValue app/text -ValueOnly | Should -Be good
    }

    It 'removes with -Prune what the source lacks' {
        Copy-KvTree app two
        Set-KvValue two/own 1
        (Copy-KvTree app two -Prune -Confirm:$false -PassThru).Removed | Should -Be 1
        Compare-KvTree app two | Should -BeNullOrEmpty
    }

    It 'goes on where it was cut short' {
        0..99 | ForEach-Object { [pscustomobject]@{ Key = 'many/{0:000}' -f $_; Value = $_ } } | Set-KvValue
        $failing = [HeldStore]::new((Get-KvStore etcd).Store, 30, $true)
        $failure = Get-ErrorOf { Copy-KvTree many -DestinationStore $failing }
        "$failure" | Should -BeLike "*-StartAfter '029'*"
        (Copy-KvTree many -DestinationStore etcd -StartAfter 029 -PassThru).Written | Should -Be 70
        Compare-KvTree many -DifferenceStore etcd | Should -BeNullOrEmpty
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'a copy to where the source is'; Arguments = @{ Path = 'app' } }
        @{ Name = 'the same under another name'; Arguments = @{ Path = 'app'; Destination = 'app/'; } }
        @{ Name = 'an empty source'; Arguments = @{ Path = ''; Destination = 'x' } }
        @{ Name = 'an unset variable as the destination'; Arguments = @{ Path = 'app'; Destination = $null } }
        @{ Name = 'to prune what holds the source'; Arguments = @{ Path = 'app/d'; Destination = 'app'; Prune = $true } }
        @{ Name = 'to prune a part of the source'; Arguments = @{ Path = 'app'; Destination = 'app/d'; Prune = $true } }
        @{ Name = '-All:$false'; Arguments = @{ All = $false; Destination = 'x' } }
    ) {
        (Get-ErrorOf { Copy-KvTree @Arguments -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        Get-KvTree -Count | Should -Be 3
    }

    It 'says of a missing source that it is not found, and of an unknown store that there is none' {
        $failure = Get-ErrorOf { Copy-KvTree missing x }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvKeyNotFound,*'
        "$failure" | Should -BeLike "*directory 'missing' does not exist*"
        (Get-ErrorOf { Copy-KvTree app -DestinationStore nowhere }).FullyQualifiedErrorId | Should -BeLike 'KvStoreNotFound,*'
    }

    It 'writes nothing with -WhatIf' {
        Copy-KvTree app whatif -WhatIf
        Get-KvTree -Prefix whatif | Should -BeNullOrEmpty
    }

    It 'has many writes on their way at once' {
        0..199 | ForEach-Object { [pscustomobject]@{ Key = "many/$_"; Value = $_ } } | Set-KvValue
        $held = [HeldStore]::new((Get-KvStore etcd).Store, 0, $false)
        $shell = [powershell]::Create()
        $run = $shell.AddScript("param(`$held) Import-Module '$ModulePath'; Copy-KvTree many -Store main -DestinationStore `$held").AddArgument($held).BeginInvoke()
        Wait-Until { $held.Waiting -ge 128 } '128 writes on their way'
        $held.Release()
        $null = $shell.EndInvoke($run)
        $shell.Dispose()
        Compare-KvTree many -DifferenceStore etcd | Should -BeNullOrEmpty
    }

    It 'shows how far it is' {
        $held = [HeldStore]::new((Get-KvStore etcd).Store, 1, $false)
        $progress = Get-ProgressOf 'Copy-KvTree app -Store main -DestinationStore $held' $held
        $progress[0].Activity | Should -BeLike "Copy all keys of directory 'app'*"
        $progress[-1].RecordType | Should -Be Completed
    }
}
