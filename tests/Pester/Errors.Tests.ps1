BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer '--max-request-bytes', 1048576
    $null = Connect-KvStore $Server -Name main
    Set-KvValue there 1
}

AfterAll { Stop-TestServer }

Describe 'A bad key' -Tag etcd {
    BeforeDiscovery {
        $keys = @(
            @{ What = 'an empty key'; Key = '' }
            @{ What = 'a key with a NUL'; Key = "a`0b" }
            @{ What = 'half of a surrogate pair'; Key = "a$([char] 0xD800)" }
        )
        $commands = @(
            @{ Name = 'Get-KvValue'; Run = { param($key) Get-KvValue $key } }
            @{ Name = 'Set-KvValue'; Run = { param($key) Set-KvValue $key 1 } }
            @{ Name = 'Remove-KvValue'; Run = { param($key) Remove-KvValue $key } }
            @{ Name = 'Test-KvKey'; Run = { param($key) Test-KvKey $key } }
            @{ Name = 'Get-KvTree'; Run = { param($key) Get-KvTree $key } }
            @{ Name = 'Get-KvTree -Prefix'; Run = { param($key) Get-KvTree -Prefix $key } }
            @{ Name = 'Remove-KvTree'; Run = { param($key) Remove-KvTree $key -Confirm:$false } }
            @{ Name = 'Remove-KvTree -Prefix'; Run = { param($key) Remove-KvTree -Prefix $key -Confirm:$false } }
            @{ Name = 'Watch-KvKey'; Run = { param($key) Watch-KvKey $key -Timeout 60 } }
            @{ Name = 'Watch-KvTree'; Run = { param($key) Watch-KvTree $key -Timeout 60 } }
            @{ Name = 'Lock-KvKey'; Run = { param($key) Lock-KvKey $key } }
            @{ Name = 'Get-KvHistory'; Run = { param($key) Get-KvHistory $key } }
            @{ Name = 'New-KvCondition'; Run = { param($key) New-KvCondition $key -Exists } }
            @{ Name = 'Use-KvLock'; Run = { param($key) Use-KvLock $key { 'not reached' } } }
        )
        $cases = foreach ($command in $commands) { foreach ($key in $keys) { $command + $key } }
    }

    It 'is refused: <Name> with <What>' -ForEach $cases {
        $failure = Get-ErrorOf { & $Run $Key }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        $failure.Exception | Should -BeOfType Valkeyrie.KvInvalidArgumentException
        Get-KvTree -Count | Should -Be 1
    }
}

Describe 'A negative revision' -Tag etcd {
    It 'is refused: <Name>' -ForEach @(
        @{ Name = 'Get-KvValue'; Run = { Get-KvValue there -Revision -1 } }
        @{ Name = 'Get-KvTree'; Run = { Get-KvTree -Revision -1 } }
        @{ Name = 'Set-KvValue'; Run = { Set-KvValue there 2 -IfRevision -1 } }
        @{ Name = 'Remove-KvValue'; Run = { Remove-KvValue there -IfRevision -1 } }
        @{ Name = 'Watch-KvKey'; Run = { Watch-KvKey there -FromRevision -1 -Timeout 60 } }
    ) {
        (Get-ErrorOf $Run).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        Get-KvValue there -ValueOnly | Should -Be 1
    }
}

Describe 'What is not there' -Tag etcd {
    It 'is told as a directory where one was asked for: <Name>' -ForEach @(
        @{ Name = 'Get-KvTree'; Run = { Get-KvTree none } }
        @{ Name = 'Get-KvTree -Count'; Run = { Get-KvTree none -Count } }
        @{ Name = 'Remove-KvTree'; Run = { Remove-KvTree none -Confirm:$false } }
    ) {
        $failure = Get-ErrorOf $Run
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvKeyNotFound,*'
        $failure.TargetObject | Should -Be none
        "$failure" | Should -BeLike "*directory 'none'*'none/'*"
    }

    It 'brings a word on wildcards where the key looks like one: <Name>' -ForEach @(
        @{ Name = 'Get-KvValue'; Run = { Get-KvValue ther* } }
        @{ Name = 'Remove-KvValue'; Run = { Remove-KvValue ther? } }
        @{ Name = 'Get-KvTree'; Run = { Get-KvTree * } }
    ) {
        "$(Get-ErrorOf $Run)" | Should -BeLike '*Where-Object Key -like*'
        "$(Get-ErrorOf { Get-KvValue ther })" | Should -Not -BeLike '*Where-Object*'
        Get-KvTree -Count | Should -Be 1
    }
}

Describe 'What to do next is said' -Tag etcd {
    # A connection that fails leaves none current.
    AfterEach { Select-KvStore main }

    It 'after a misspelt key: <Key>' -ForEach @(
        @{ Key = 'app/dbb/host'; Next = 'Get-KvTree -Prefix app/ -KeysOnly lists' }
        @{ Key = 'two words/x'; Next = "Get-KvTree -Prefix 'two words/' -KeysOnly lists" }
        @{ Key = 'ther'; Next = 'Get-KvTree -KeysOnly lists' }
        @{ Key = '/x'; Next = 'Get-KvTree -KeysOnly lists' }
        @{ Key = '/registry/x'; Next = 'Get-KvTree -Prefix /registry/ -KeysOnly lists' }
    ) {
        # The command works, whether or not a directory of that name exists.
        { & ([scriptblock]::Create(($Next -replace ' lists$'))) -ErrorAction Stop } | Should -Not -Throw
        "$(Get-ErrorOf { Get-KvValue $Key })" | Should -BeLike "*'$Key' does not exist. $Next*"
        "$(Get-ErrorOf { Remove-KvValue $Key })" | Should -BeLike "*$Next*"
    }

    It 'after bad use: <Name>' -ForEach @(
        @{ Name = 'a file in a folder that is not there'; Run = { Connect-KvStore -Path ./none/x.db }; Id = 'KvInvalidArgument'; Next = 'Create it first' }
        @{ Name = 'an etcd that does not run'; Run = { Connect-KvStore "127.0.0.1:$(Get-FreePort)" -Timeout 10 }; Id = 'KvUnreachable'; Next = 'Check that the server runs' }
        @{ Name = 'a host that does not exist'; Run = { Connect-KvStore no-such-host.invalid -Timeout 20 }; Id = 'KvUnreachable'; Next = 'Check its spelling' }
        @{ Name = 'a name that is not registered'; Run = { Connect-KvStore no-such-name -Timeout 20 }; Id = 'KvUnreachable'; Next = 'Get-KvStore -Registered' }
        @{ Name = 'a store that is not open'; Run = { Get-KvValue a -Store none }; Id = 'KvStoreNotFound'; Next = 'Connect-KvStore opens one' }
        @{ Name = 'a directory that is not there'; Run = { Get-KvTree app/none }; Id = 'KvKeyNotFound'; Next = 'Get-KvTree -Prefix app/ -KeysOnly lists' }
        @{ Name = 'a file for a server'; Run = { Connect-KvStore no-such.db -Timeout 20 }; Id = 'KvUnreachable'; Next = 'Connect-KvStore -Path no-such.db' }
        @{ Name = 'a file that is not there'; Run = { Import-KvTree ./none.json app }; Id = 'KvFileFailed'; Next = 'Check the spelling' }
        @{ Name = 'a file for a folder that is not there'; Run = { Export-KvTree -All ./none/x.json }; Id = 'KvFileFailed'; Next = 'create the folder first' }
        @{ Name = 'a value that is no JSON'; Run = { Set-KvValue text '{'; Get-KvValue text -AsJson; Remove-KvValue text }; Id = 'KvInvalidJson'; Next = 'Omit -AsJson' }
        @{ Name = 'a table for a store'; Run = { Get-KvValue a -Store @{} }; Id = 'KvInvalidArgument'; Next = 'the name of an open store' }
        @{ Name = 'a word for a time'; Run = { Set-KvValue a 1 -Ttl abc }; Id = 'ParameterArgumentTransformationError'; Next = 'Specify a number of seconds' }
        @{ Name = 'a key that is there already'; Run = { Set-KvValue there 1 -NoClobber }; Id = 'KvKeyExists'; Next = 'omit -NoClobber' }
        @{ Name = 'a key that is there at revision 0'; Run = { Set-KvValue there 1 -IfRevision 0 }; Id = 'KvKeyExists'; Next = 'or -IfRevision 0' }
        @{ Name = 'a path of a drive for a key'; Run = { Set-KvValue kv:/new/y 1 }; Id = 'KvInvalidArgument'; Next = "drive kv:, not a key. Specify the key or the directory: new/y. *Set-Content" }
        @{ Name = 'a path of a drive among keys'; Run = { Get-KvValue there, 'KV:\new\y z' }; Id = 'KvInvalidArgument'; Next = "Specify the key or the directory: 'new/y z'." }
        @{ Name = 'a path of a drive for a directory'; Run = { Copy-KvTree new kv:/other/ }; Id = 'KvInvalidArgument'; Next = 'the directory: other.' }
        @{ Name = 'a path of a drive for a prefix'; Run = { Get-KvTree -Prefix kv:/new }; Id = 'KvInvalidArgument'; Next = 'the directory: new.' }
        @{ Name = 'a drive for a directory'; Run = { Get-KvTree kv: }; Id = 'KvInvalidArgument'; Next = 'specify -All' }
        @{ Name = 'a path of a drive for a condition'; Run = { New-KvCondition kv:/new -Missing }; Id = 'KvInvalidArgument'; Next = 'the directory: new.' }
        @{ Name = 'a path of a drive for a lock'; Run = { Lock-KvKey kv:/new }; Id = 'KvInvalidArgument'; Next = 'the directory: new.' }
        @{ Name = 'a time for a revision'; Run = { Get-KvTree -Since (Get-Date) }; Id = 'ParameterArgumentTransformationError'; Next = 'not a time' }
        @{ Name = 'text for a password'; Run = { Get-KvValue there -Unprotect -Password hush }; Id = 'ParameterArgumentTransformationError'; Next = 'Read-Host -AsSecureString' }
        @{ Name = 'a file for the directory of an export'; Run = { Export-KvTree there -Path q.json }; Id = 'KvInvalidArgument'; Next = 'Export-KvTree there q.json. -Path is the directory in the store, and -FilePath is the file.' }
        @{ Name = 'neither a file nor a directory'; Run = { Import-KvTree nofile nofile.json }; Id = 'KvInvalidArgument'; Next = "The file 'nofile' does not exist, and neither does 'nofile.json'" }
        @{ Name = 'a name that was never registered'; Run = { Unregister-KvStore none -Confirm:$false }; Id = 'KvStoreNotRegistered'; Next = 'Get-KvStore -Registered' }
    ) {
        $failure = Get-ErrorOf $Run
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        "$failure" | Should -BeLike "*$Next*"
        "$failure" | Should -Not -BeLike '*hush*'
    }

    It 'accepts a key that has the name of a path, from the pipeline or without such a drive' {
        'kv:/literal' | Set-KvValue -Value 1
        @(Get-KvTree | Where-Object Key -Like kv:*) | Should -HaveCount 1
        Get-KvTree | Where-Object Key -Like kv:* | Remove-KvValue
        Get-KvTree | Where-Object Key -Like kv:* | Should -BeNullOrEmpty
        Set-KvValue kx:/literal 1
        Remove-KvValue kx:/literal
    }
}

Describe 'Without a store' -Tag etcd {
    It 'there is nothing to disconnect, which Disconnect-KvStore says' {
        $shell = [powershell]::Create()
        $failure = $shell.AddScript("Import-Module '$ModulePath'; try { Disconnect-KvStore -ErrorAction Stop } catch { `$_ }").Invoke()[0]
        $shell.Dispose()
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvNotConnected,*'
        $failure.CategoryInfo.Category | Should -Be ConnectionError
    }
}

Describe 'A value over the server''s limit' -Tag etcd {
    It 'is refused with its key, and the store goes on' {
        $failure = Get-ErrorOf { Set-KvValue big ([byte[]]::new(3MB)) }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvQuotaExceeded,*'
        $failure.CategoryInfo.Category | Should -Be QuotaExceeded
        $failure.TargetObject | Should -Be big
        Test-KvKey big | Should -BeFalse
        Test-KvKey there | Should -BeTrue
    }
}

Describe 'Connecting to' -Tag etcd {
    It 'a closed port fails and names it' {
        $endpoint = "127.0.0.1:$(Get-FreePort)"
        $failure = Get-ErrorOf { Connect-KvStore $endpoint -Timeout 10 }
        $failure.FullyQualifiedErrorId | Should -Be 'KvUnreachable,Valkeyrie.PowerShell.Commands.ConnectKvStoreCommand'
        $failure.CategoryInfo.Category | Should -Be ConnectionError
        "$failure" | Should -BeLike "*$endpoint*"
        $failure.Exception.Reason | Should -Be ConnectionFailed
    }

    It 'an unknown host fails and names it' {
        $failure = Get-ErrorOf { Connect-KvStore no-such-host.invalid -Timeout 20 }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvUnreachable,*'
        "$failure" | Should -BeLike '*no-such-host.invalid*'
        $failure.Exception.Reason | Should -Be NameNotFound
    }

    Context 'something that is no etcd' {
        BeforeAll {
            # Answers every connection with some bytes and closes it, until its listener is stopped.
            function Start-Answering([byte[]] $Bytes) {
                $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
                $listener.Start()
                $job = Start-ThreadJob -ArgumentList $listener, $Bytes {
                    param($listener, $bytes)
                    $ErrorActionPreference = 'Stop'
                    while ($true) {
                        $client = $listener.AcceptTcpClient()
                        $stream = $client.GetStream()
                        $stream.Write($bytes)
                        $null = $stream.Read([byte[]]::new(4096))
                        $client.Close()
                    }
                }
                [pscustomobject]@{ Listener = $listener; Job = $job; Endpoint = "127.0.0.1:$($listener.LocalEndpoint.Port)" }
            }
        }

        It 'fails: <Name>' -ForEach @(
            @{ Name = 'a web server'; Bytes = [Text.Encoding]::ASCII.GetBytes("HTTP/1.1 400 Bad Request`r`nContent-Length: 0`r`n`r`n") }
            @{ Name = 'garbage'; Bytes = [byte[]] (1..200) }
            @{ Name = 'one that hangs up'; Bytes = [byte[]] @() }
        ) {
            $other = Start-Answering $Bytes
            $failure = Get-ErrorOf { Connect-KvStore $other.Endpoint -Timeout 10 }
            $other.Listener.Stop()
            $other.Job | Wait-Job | Remove-Job
            $failure.FullyQualifiedErrorId | Should -Be 'KvUnreachable,Valkeyrie.PowerShell.Commands.ConnectKvStoreCommand'
            "$failure" | Should -BeLike "*$($other.Endpoint)*"
            Get-KvStore | ForEach-Object Name | Should -Be main
        }

        It 'ends with its timeout: one that says nothing' {
            $silent = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
            $silent.Start()
            $failure = Get-ErrorOf { Connect-KvStore "127.0.0.1:$($silent.LocalEndpoint.Port)" -Timeout 1 }
            $silent.Stop()
            $failure.FullyQualifiedErrorId | Should -Be 'KvTimedOut,Valkeyrie.PowerShell.Commands.ConnectKvStoreCommand'
            $failure.CategoryInfo.Category | Should -Be OperationTimeout
            "$failure" | Should -BeLike '*127.0.0.1*'
        }
    }
}

Describe 'A server that goes away' -Tag etcd {
    It 'leaves an error for each key, and its return makes the store work again' {
        $gone = Start-TestServer
        $process = $Started[-1]
        $null = Connect-KvStore $gone -Name gone -Timeout 3
        Set-KvValue before 1
        $process.Kill()
        $process.WaitForExit()
        $null = 'a', 'b' | Get-KvValue -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures | ForEach-Object TargetObject | Should -Be a, b
        $failures | ForEach-Object FullyQualifiedErrorId | Should -BeLike 'Kv*,Valkeyrie.PowerShell.Commands.GetKvValueCommand'
        $failures | ForEach-Object { $_.Exception.Code } | Should -BeIn Unreachable, TimedOut
        $process.Start()
        Wait-Until { try { Get-KvValue before -ValueOnly -ErrorAction Stop } catch { $false } } 'the store works again'
    }
}
