# The recipes: their commands, word for word, in two processes or more, on etcd and on an embedded store. What is asserted is what came of them.

BeforeDiscovery {
    $Pages = Get-ChildItem ([IO.Path]::GetFullPath("$PSScriptRoot/../../docs/recipes")) -Filter *.md | ForEach-Object { @{ Page = $_.BaseName; File = $_.FullName } }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Recipes = [IO.Path]::GetFullPath("$PSScriptRoot/../../docs/recipes")
    $Program = [Environment]::ProcessPath
    $Own = [IO.Path]::GetFileNameWithoutExtension($Program) -eq 'dotnet' ? @((Join-Path $PSHOME pwsh.dll)) : @()

    # The commands of a page that stand under a name: ```powershell NAME.
    function Get-Recipe([string] $Page, [string] $Name, [string] $Language = 'powershell') {
        $text = (Get-Content (Join-Path $Recipes "$Page.md") -Raw).ReplaceLineEndings("`n")
        $fences = [regex]::Matches($text, "(?ms)^``````$Language $([regex]::Escape($Name))\n(?<code>.*?)^``````")
        $fences.Count | Should -Be 1 -Because "$Page has the commands '$Name'"
        $fences[0].Groups['code'].Value
    }

    # A process of its own: the one that is killed is the one that holds what is held.
    function Start-Recipe([string] $Code) {
        Start-TestProcess $Program ($Own + @('-NoProfile', '-NonInteractive', '-Command', @"
`$ErrorActionPreference = 'Stop'
Import-Module '$ModulePath'
Set-Location '$Folder'
`$null = $Connect
$Code
"@))
    }

    function Read-Line($Process, [int] $Count) {
        1..$Count | ForEach-Object { $Process.StandardOutput.ReadLine() }
    }

    function Invoke-Recipe([string] $Code) {
        Push-Location $Folder
        try {
            . ([scriptblock]::Create($Code))
        }
        finally {
            Pop-Location
        }
    }
}

AfterAll {
    Stop-TestServer
}

Describe 'The page <Page>' -ForEach $Pages {
    It 'is linked from the list of recipes, and its links lead somewhere' {
        if ($Page -ne 'README') {
            Get-Content (Join-Path $Recipes README.md) -Raw | Should -BeLike "*($Page.md)*"
        }

        foreach ($link in [regex]::Matches((Get-Content $File -Raw), '\]\((?!https?:)([^)#]+)').ForEach{ $_.Groups[1].Value }) {
            Join-Path (Split-Path $File) $link | Should -Exist
        }
    }
}

foreach ($kind in 'etcd', 'embedded') {
    Describe "Recipes on $kind" -Tag $kind -ForEach @{ Kind = $kind } {
        BeforeAll {
            $server = $Kind -eq 'etcd' ? (Start-TestServer) : $null
        }

        BeforeEach {
            $Folder = (New-Item -ItemType Directory (Join-Path $TestFolder "$Kind-$([guid]::NewGuid().ToString('n'))")).FullName
            $Connect = $Kind -eq 'etcd' ? "Connect-KvStore $server -Force" : "Connect-KvStore -Path '$Folder/shop.db' -Force"
            $null = & ([scriptblock]::Create($Connect))
            Remove-KvTree -All -Confirm:$false -ErrorAction Ignore
        }

        AfterEach {
            Get-KvStore | Disconnect-KvStore
            $Started | Where-Object { $_.ProcessName -ne 'etcd' -and -not $_.HasExited } | ForEach-Object { $_.Kill(); $_.WaitForExit() }
        }

        It 'rolls new settings out to a service, and takes them back' {
            Set-Content (Join-Path $Folder new.json) (Get-Recipe rollout file -Language json)
            Set-KvValue app/color blue
            Set-KvValue app/limit 10
            Set-KvValue app/old x
            $service = Start-Recipe (Get-Recipe rollout service)
            Read-Line $service 3 | Should -Be 'Existing app/color blue', 'Existing app/limit 10', 'Existing app/old x'

            Invoke-Recipe (Get-Recipe rollout rollout)
            Read-Line $service 3 | Sort-Object | Should -Be 'Delete app/old ', 'Put app/color green', 'Put app/limit 20'
            Invoke-Recipe (Get-Recipe rollout rollback)
            Read-Line $service 3 | Sort-Object | Should -Be 'Put app/color blue', 'Put app/limit 10', 'Put app/old x'

            Invoke-Recipe (Get-Recipe rollout rollout)
            Read-Line $service 3 | Should -HaveCount 3
            Invoke-Recipe (Get-Recipe rollout history)
            Read-Line $service 3 | Sort-Object | Should -Be 'Put app/color blue', 'Put app/limit 10', 'Put app/old x'
        }

        It 'deploys one at a time, and tells who is at it' {
            Set-Content (Join-Path $Folder deploy.ps1) 'Add-Content log.txt "begin $PID"; Start-Sleep -Milliseconds 300; Add-Content log.txt "end $PID"'
            $both = 1..2 | ForEach-Object { Start-Recipe (Get-Recipe one-deployment wait) }
            $both | ForEach-Object { $_.WaitForExit() }
            $both.ExitCode | Should -Be 0, 0
            $log = Get-Content (Join-Path $Folder log.txt)
            $log | Should -HaveCount 4
            $log[1] | Should -Be ($log[0] -replace 'begin', 'end')
            $log[3] | Should -Be ($log[2] -replace 'begin', 'end')

            $lock = Lock-KvKey deploy/shop -Owner zoe
            $refused = Start-Recipe (Get-Recipe one-deployment refuse)
            $refused.StandardOutput.ReadToEnd().Trim() | Should -Be 'Somebody else deploys: zoe'
            (Invoke-Recipe (Get-Recipe one-deployment who)).Owner | Should -Be zoe
            Unlock-KvKey $lock
        }

        It 'has another leader go on when the first is killed' {
            $code = (Get-Recipe leader job).Replace('-Ttl 5', '-Ttl 2')
            $follower = Start-Recipe (Get-Recipe leader follow)
            $first = Start-Recipe $code
            Read-Line $follower 1 | Should -BeLike "*/$($first.Id)"
            $second = Start-Recipe $code
            Wait-Until { (Get-KvElection jobs/cleanup).Waiting.Count -eq 1 } 'a second contender'
            (Invoke-Recipe (Get-Recipe leader who)).Value | Should -BeLike "*/$($first.Id)"

            $first.Kill()
            Wait-Until { (Get-KvElection jobs/cleanup -ErrorAction Ignore).Value -like "*/$($second.Id)" } 'another leader'
            $last = (Get-KvValue jobs/cleanup-done).Revision
            Wait-Until { (Get-KvValue jobs/cleanup-done).Revision -gt $last } 'the job to go on'
        }

        It 'knows which services run' {
            $code = (Get-Recipe service-registry register).Replace('-Ttl 5', '-Ttl 2') + "; 'here'; " + (Get-Recipe service-registry keep).Replace('Start-Sleep 5', 'Start-Sleep -Milliseconds 100')
            $follower = Start-Recipe (Get-Recipe service-registry follow)
            $services = 1..2 | ForEach-Object { Start-Recipe $code }
            $services | ForEach-Object { Read-Line $_ 1 | Should -Be here }
            @(Invoke-Recipe (Get-Recipe service-registry find)) | Should -HaveCount 2
            Read-Line $follower 2 | ForEach-Object { $_ -replace '^\w+ ' } | Sort-Object | Should -Be ($services.Id | ForEach-Object { "services/web/$_" } | Sort-Object)

            $services[0].Kill()
            Read-Line $follower 1 | Should -Be "Delete services/web/$($services[0].Id)"
            @(Invoke-Recipe (Get-Recipe service-registry find)) | Should -HaveCount 1

            Remove-KvValue "services/web/$($services[1].Id)"
            Read-Line $follower 2 | Should -Be "Delete services/web/$($services[1].Id)", "Put services/web/$($services[1].Id)"
        }

        It 'reacts to changes' {
            $reacting = Start-Recipe ((Get-Recipe react-to-a-change watch).Replace('while', "'ready'; while").Replace('-Debounce 2', '-Debounce 0.3').Replace('Start-Sleep 1', 'Start-Sleep -Milliseconds 50'))
            $following = Start-Recipe "'ready'; $(Get-Recipe react-to-a-change follow)"
            $waiting = Start-Recipe "'ready'; $(Get-Recipe react-to-a-change wait); 'done'"
            $reacting, $following, $waiting | ForEach-Object { Read-Line $_ 1 | Should -Be ready }

            # A watch that has not begun yet when the change is made sees the next one. Not by Peek, which waits for a line itself.
            $first = $following.StandardOutput.ReadLineAsync()
            Wait-Until { Set-KvValue app/warm-up yes; $first.IsCompleted } 'a change that is followed'
            Set-KvValue app/color blue
            Set-KvValue app/migrated done
            $seen = [Collections.Generic.List[string]]::new()
            do { $seen.Add((Read-Line $following 1)) } until ($seen[-1] -eq 'Put app/migrated done')
            $seen[-2] | Should -Be 'Put app/color blue'
            do { $restart = Read-Line $reacting 1 } until ($restart -match 'app/migrated')
            $restart | Should -Match '^restart after \d+ changes: '
            do { $line = Read-Line $waiting 1 } until ($line -eq 'done')
        }

        It 'backs up while somebody writes, and restores' {
            Set-KvValue app/name shop
            $writer = Start-Recipe "Set-KvValue busy/0 0; 'writing'; for (`$i = 1; ; `$i++) { Set-KvValue busy/`$i `$i }"
            Read-Line $writer 1 | Should -Be writing
            Invoke-Recipe (Get-Recipe backup backup)
            Invoke-Recipe (Get-Recipe backup export)
            $writer.Kill()
            $writer.WaitForExit()

            Set-KvValue app/name broken
            Set-KvValue app/more x
            Invoke-Recipe (Get-Recipe backup import)
            (Get-KvTree app).Value | Should -Be shop

            Set-KvValue app/name broken
            if ($Kind -eq 'embedded') {
                Get-KvStore | Disconnect-KvStore
                $null = Invoke-Recipe (Get-Recipe backup restore)
            }
            else {
                $words = -split (Get-Recipe backup restore -Language sh)
                $tool = Join-Path (Split-Path $Etcd) etcdutl
                $tool = (Test-Path $tool) ? $tool : $Etcdctl
                Invoke-Recipe "& '$tool' $($words[1..($words.Count - 1)]) 2>&1" | Out-Null
                $null = Connect-KvStore (Start-TestServer '--data-dir', (Join-Path $Folder new-data)) -Force
            }

            (Get-KvTree app).Value | Should -Be shop

            # All of them up to some number: a state that was.
            $written = (Get-KvTree busy).Value | ForEach-Object { [int] $_ } | Sort-Object
            $written | Should -Be (0..($written.Count - 1))
        }

        It 'keeps the backups of fourteen nights' {
            1..16 | ForEach-Object { $null = New-Item (Join-Path $Folder ('store-2020-01-{0:00}.backup' -f $_)) }
            Invoke-Recipe (Get-Recipe backup nightly)
            $kept = (Get-ChildItem $Folder -Filter store-*.backup).Name | Sort-Object
            $kept | Should -HaveCount 14
            $kept[0] | Should -Be store-2020-01-04.backup
            $kept[-1] | Should -Be "store-$(Get-Date -Format yyyy-MM-dd).backup"
        }
    }
}

Describe 'Moving to etcd' -Tag etcd {
    BeforeAll {
        $server = Start-TestServer
        $address = ([uri] $server).Authority
        $Folder = (New-Item -ItemType Directory (Join-Path $TestFolder moving)).FullName
        $Connect = 'Get-KvStore'

        # While somebody writes into the old store the new one follows, until nothing differs.
        function Test-Follow([string] $Page, [string] $From, [string] $To, [string] $Writing) {
            $follower = Start-Recipe "`$null = $From; `$null = $To; $(Get-Recipe $Page follow)"
            $writer = Start-Recipe "`$null = $Writing; 1..50 | ForEach-Object { Set-KvValue app/count/`$_ `$_ }; Remove-KvValue app/count/1"
            $writer.WaitForExit()
            $writer.ExitCode | Should -Be 0
            Wait-Until { $null -eq (Invoke-Recipe $Compare) } 'a copy that has caught up'
            $follower.HasExited | Should -BeFalse
            $follower.Kill()
        }
    }

    BeforeEach {
        Get-KvStore | Disconnect-KvStore
    }

    It 'takes a file along' {
        $file = Connect-KvStore -Path (Join-Path $Folder shop.db)
        Set-KvValue app/name shop
        Set-KvValue app/bytes ([byte[]](0, 255, 13))
        $file | Disconnect-KvStore

        $code = (Get-Recipe file-to-etcd copy).Replace('localhost:2379', $address)
        $null = Invoke-Recipe ($code -replace '(?m)^Compare.*$')
        $Compare = [regex]::Match($code, '(?m)^Compare.*$').Value
        Invoke-Recipe $Compare | Should -BeNullOrEmpty
        (Get-KvValue app/bytes -Store etcd).Bytes | Should -Be 0, 255, 13
        Test-Follow file-to-etcd -From 'Connect-KvStore -Path shop.db -Name file' -To "Connect-KvStore $address -Name etcd" -Writing 'Connect-KvStore -Path shop.db'
        $null = Invoke-Recipe (Get-Recipe file-to-etcd connect).Replace('localhost:2379', $address)
        (Get-KvValue app/count/50).Value | Should -Be 50
    }

    It 'takes an API 2 along' -Tag etcdv2 {
        $old = ([uri] (Start-TestServer '--enable-v2')).Authority
        $null = Connect-KvStore $old -ApiVersion 2
        Set-KvValue app/name shop
        Get-KvStore | Disconnect-KvStore

        $code = (Get-Recipe v2-to-v3 copy).Replace('localhost:2379', $old)
        $null = Invoke-Recipe ($code -replace '(?m)^Compare.*$')
        $Compare = [regex]::Match($code, '(?m)^Compare.*$').Value
        Invoke-Recipe $Compare | Should -BeNullOrEmpty
        Test-Follow v2-to-v3 -From "Connect-KvStore $old -ApiVersion 2 -Name v2" -To "Connect-KvStore $old -Name v3" -Writing "Connect-KvStore $old -ApiVersion 2"
        (Get-KvValue app/count/50 -Store v3).Value | Should -Be 50
    }

    It 'takes a Consul along' -Tag consul {
        $consul = Start-TestConsul
        $null = Connect-KvStore "consul://$consul"
        Set-KvValue app/name shop
        Get-KvStore | Disconnect-KvStore
        Set-Content (Join-Path $Folder consul.json) (& $ConsulProgram kv export "-http-addr=$consul")

        $code = (Get-Recipe consul-to-etcd copy).Replace('localhost:2379', $address).Replace('localhost:8500', $consul)
        $null = Invoke-Recipe ($code -replace '(?m)^Compare.*$')
        $Compare = [regex]::Match($code, '(?m)^Compare.*$').Value
        Remove-KvTree -All -Confirm:$false -Store etcd
        Copy-KvTree -All -Store consul -DestinationStore etcd
        Invoke-Recipe $Compare | Should -BeNullOrEmpty
        Test-Follow consul-to-etcd -From "Connect-KvStore consul://$consul -Name consul" -To "Connect-KvStore $address -Name etcd" -Writing "Connect-KvStore consul://$consul"
        (Get-KvValue app/count/50 -Store etcd).Value | Should -Be 50

        Remove-KvTree -All -Confirm:$false -Store etcd
        Select-KvStore etcd
        Invoke-Recipe (Get-Recipe consul-to-etcd dump)
        (Get-KvTree app).Value | Should -Be shop
    }
}

Describe 'Your first etcd' -Tag etcd {
    It 'starts as the page says, and is closed to others' {
        $Folder = (New-Item -ItemType Directory (Join-Path $TestFolder first)).FullName
        $words = -split (Get-Recipe first-etcd server -Language sh).Replace('2379', "$(Get-FreePort)").Replace('etcd-data', (Join-Path $Folder etcd-data))
        $client = $words -match '^http' | Select-Object -First 1
        $arguments = $words[1..($words.Count - 1)] + '--listen-peer-urls', "http://127.0.0.1:$(Get-FreePort)"
        $process = Start-TestProcess $Etcd $arguments
        $null = $process.StandardError.BaseStream.CopyToAsync([IO.Stream]::Null)
        $null = $process.StandardOutput.BaseStream.CopyToAsync([IO.Stream]::Null)
        $address = ([uri] $client).Authority
        Wait-Until { try { ([Net.Sockets.TcpClient]::new('127.0.0.1', ([uri] $client).Port)).Dispose(); $true } catch { $false } } 'an etcd that listens'

        $null = Invoke-Recipe (Get-Recipe first-etcd connect).Replace('localhost:2379', $address)
        $seen = Invoke-Recipe (Get-Recipe first-etcd use)
        $seen[0].Value | Should -Be shop
        $seen[1].IsServing | Should -BeTrue

        function New-TestCredential([string] $Name) { [pscredential]::new($Name, (ConvertTo-SecureString "secret of $Name" -AsPlainText)) }
        . ([scriptblock]::Create((Get-Recipe first-etcd users).Replace('Get-Credential', 'New-TestCredential')))
        $null = . ([scriptblock]::Create((Get-Recipe first-etcd sign-in).Replace('localhost:2379', $address)))
        Set-KvValue app/name 'another shop'
        (Get-KvValue app/name).Value | Should -Be 'another shop'
        (Get-ErrorOf { Set-KvValue application/name x }).FullyQualifiedErrorId | Should -BeLike 'KvPermissionDenied,*'
        (Get-ErrorOf { Connect-KvStore $address -Force }).FullyQualifiedErrorId | Should -BeLike 'KvAuthentication*,*'
        Get-KvStore | Disconnect-KvStore
    }
}
