# The store without a server, as a new user meets it.

BeforeAll { . $PSScriptRoot/Common.ps1 }

AfterAll { Stop-TestServer }

Describe 'The first use without a connection' {
    It 'works on the user''s own file, and says so once, naming it' {
        $said = Invoke-TestPowerShell @'
            Set-KvValue app/db/host db01 3>&1 | ForEach-Object Message
            Set-KvValue app/db/port 5432 3>&1 | ForEach-Object Message
            Get-KvValue app/db/host -ValueOnly 3>&1
'@
        $said.Count | Should -Be 2
        $said[0] | Should -BeLike "*$([IO.Path]::Combine($TestFolder, 'valkeyrie', 'store.db'))*"
        $said[1] | Should -Be db01
    }

    It 'keeps what was written for the next session, and for the same one in another process' {
        $writer = Start-TestPowerShell 'Set-KvValue kept 1 3>$null; "done"; $null = [Console]::In.ReadLine()'
        $writer.StandardOutput.ReadLine() | Should -Be done
        Invoke-TestPowerShell 'Get-KvValue kept -ValueOnly 3>$null' | Should -Be 1
        $writer.Kill()
        $writer.WaitForExit()
        Invoke-TestPowerShell 'Get-KvValue kept -ValueOnly 3>$null' | Should -Be 1
    }

    It 'makes the file readable by its owner only' {
        Test-OwnerOnly (Join-Path $TestFolder valkeyrie/store.db) | Should -BeTrue
    }

    It 'makes that store the current one' {
        Invoke-TestPowerShell 'Test-KvKey a 3>$null; (Get-KvStore).IsCurrent' | Should -Be False, True
    }
}

Describe 'Connect-KvStore -Path' {
    It 'opens a file, relative to the current location' {
        Push-Location $TestFolder
        try {
            (Connect-KvStore -Path ./mine.db).Name | Should -Be mine
            Set-KvValue a 1
            Test-Path $TestFolder/mine.db | Should -BeTrue
        }
        finally { Pop-Location }
    }

    It 'refuses what is no file, and leaves nothing in the current folder' {
        Push-Location (New-Item -ItemType Directory (Join-Path $TestFolder none))
        $before = [Environment]::CurrentDirectory
        [Environment]::CurrentDirectory = Join-Path $TestFolder none
        try {
            foreach ($path in 'env:secret.db', 'variable:secret.db', 'kv:/secret.db') {
                $failure = Get-ErrorOf { Connect-KvStore -Path $path }
                $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
                "$failure" | Should -BeLike "'$path' leads to PowerShell's *Specify the full path of a file*"
            }

            (Get-ErrorOf { Connect-KvStore embedded:env:secret.db }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            (Get-ErrorOf { Register-KvStore lost -Path env:secret.db }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            (Get-ErrorOf { Connect-KvStore https://localhost:1 -CaCertificate env:ca.pem }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            Get-ChildItem -Force | Should -BeNullOrEmpty
        }
        finally {
            [Environment]::CurrentDirectory = $before
            Pop-Location
        }
    }

    It 'refuses a network share, a device and a stream within a file, and says why' -Skip:(-not $IsWindows) {
        @{ '\\server.invalid\share\store.db' = '*network share*'; 'NUL' = '*device*'; "$TestFolder\store.db:hidden" = '*stream*' }.GetEnumerator() | ForEach-Object {
            $failure = Get-ErrorOf { Connect-KvStore -Path $_.Key }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
            "$failure" | Should -BeLike $_.Value
        }
    }

    It 'takes a path of a drive''s current folder, and one as it stands' -Skip:(-not $IsWindows) {
        Push-Location $TestFolder
        try {
            (Connect-KvStore -Path "$($TestFolder[0]):relative.db").Store.Info.Endpoints | Should -Be (Join-Path $TestFolder relative.db)
            $null = Connect-KvStore -Path "\\?\$TestFolder\verbatim.db"
            Set-KvValue a 1
            Test-Path (Join-Path $TestFolder verbatim.db) | Should -BeTrue
        }
        finally { Pop-Location }
    }

    It 'works in a folder whose path is longer than Windows takes at once' {
        $folder = (New-Item -ItemType Directory ([IO.Path]::Combine($TestFolder, 'l' * 120, 'o' * 120, 'n' * 120))).FullName
        $null = Connect-KvStore -Path (Join-Path $folder far.db)
        Set-KvValue a 1
        (Save-KvSnapshot (Join-Path $folder copy.db)).Size | Should -BeGreaterThan 0
        Disconnect-KvStore far
        Get-ChildItem -LiteralPath $folder -Force -Name | Sort-Object | Should -Be copy.db, far.db
    }

    It 'shares the file with other processes: a watch sees their writes, a lock excludes them' {
        $file = Join-Path $TestFolder shared.db
        $null = Connect-KvStore -Path $file
        $lock = Lock-KvKey job
        $other = Start-TestPowerShell @"
            `$null = Connect-KvStore -Path '$file'
            try { Lock-KvKey job -Timeout 0 } catch { `$_.FullyQualifiedErrorId }
            Set-KvValue seen/by other
"@
        (Watch-KvTree seen | Select-Object -First 1).Value | Should -Be other
        $other.StandardOutput.ReadLine() | Should -BeLike 'KvCannotLock,*'
        $lock | Unlock-KvKey
    }

    It 'refuses a file that is no store, and leaves it as it is' {
        $file = Join-Path $TestFolder foreign.db
        [IO.File]::WriteAllBytes($file, [byte[]](1..100))
        $failure = Get-ErrorOf { Connect-KvStore -Path $file }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvCorruptStore,*'
        "$failure" | Should -BeLike "*$file*"
        [IO.File]::ReadAllBytes($file) | Should -Be ([byte[]](1..100))
    }

    It 'gives the current revision where a conditional write is refused' {
        $null = Connect-KvStore -Path (Join-Path $TestFolder cas.db)
        $first = Set-KvValue a 1 -PassThru
        $second = Set-KvValue a 2 -IfRevision $first.Revision -PassThru
        $failure = Get-ErrorOf { Set-KvValue a 3 -IfRevision $first.Revision }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvKeyModified,*'
        $failure.Exception.CurrentRevision | Should -Be $second.Revision
        Get-KvValue a -Revision $first.Revision -ValueOnly | Should -Be 1
    }
}

Describe 'Connect-KvStore -InMemory' {
    It 'opens a store of its own each time, gone when it is disconnected' {
        $one = Connect-KvStore -InMemory
        $two = Connect-KvStore -InMemory
        Set-KvValue a 1 -Store $one
        Test-KvKey a -Store $one | Should -BeTrue
        Test-KvKey a -Store $two | Should -BeFalse
        $one, $two | Disconnect-KvStore
    }

    It 'takes a tree from etcd and gives it back, byte for byte' -Tag etcd {
        $etcd = Connect-KvStore (Start-TestServer)
        $memory = Connect-KvStore -InMemory
        $bytes = [byte[]](0..255)
        Set-KvValue from/binary $bytes -Store $etcd
        Set-KvValue from/text 'größer ✓' -Store $etcd
        Get-KvTree from -Store $etcd | Set-KvValue -Store $memory
        Get-KvTree from -Store $memory | Get-KvValue -Store $memory | Measure-Object | ForEach-Object Count | Should -Be 2
        [Convert]::ToHexString((Get-KvValue from/binary -AsByteStream -Store $memory)) | Should -Be ([Convert]::ToHexString($bytes))
        Get-KvValue from/text -ValueOnly -Store $memory | Should -Be 'größer ✓'
    }
}
