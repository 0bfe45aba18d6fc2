# Whatever is stored, a completion is one argument that means it: nothing stored runs, and nothing paints in the list of completions.

BeforeDiscovery {
    $seeds = $env:VALKEYRIE_SEED ? @([int] $env:VALKEYRIE_SEED) : @(1, 2, 3)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/HostileText.ps1
    Set-CompletionPatience 00:01
    $memory = Connect-KvStore -InMemory -Name main

    # What is completed after a line that ends where the word begins.
    function Complete([string] $Line) {
        (TabExpansion2 $Line $Line.Length).CompletionMatches
    }

    # The text that PowerShell reads in place of a completion, if that is one argument and nothing else.
    function Read-Argument([string] $Completion) {
        $tokens = $errors = $null
        $syntax = [Management.Automation.Language.Parser]::ParseInput("Get-Thing $Completion", [ref] $tokens, [ref] $errors)
        $statement = $syntax.EndBlock.Statements
        if ($errors -or $statement.Count -ne 1 -or $statement[0].PipelineElements.Count -ne 1) {
            return "not one command: $errors"
        }

        $words = $statement[0].PipelineElements[0].CommandElements
        if ($words.Count -ne 2 -or $words[1] -isnot [Management.Automation.Language.StringConstantExpressionAst] -or $Completion -match '[\r\n\x85\u2028\u2029]') {
            return "not one argument of one line: $($words.Count) $($words[1].GetType().Name)"
        }

        $words[1].Value
    }

    # Each completion means one of the texts, all of them are there, and the list shows nothing that it should not.
    function Assert-Completion($Completed, [string[]] $Expected, [string] $Because) {
        $read = $Completed | ForEach-Object { Read-Argument $_.CompletionText }
        [Collections.Generic.HashSet[string]]::new([string[]] @($read)).SetEquals($Expected) |
            Should -BeTrue -Because "$Because; not read: $(($Expected | Where-Object { $_ -cnotin $read } | Select-Object -First 3 | ConvertTo-Json -Compress)), read instead: $(($read | Where-Object { $_ -cnotin $Expected } | Select-Object -First 3 | ConvertTo-Json -Compress))"
        foreach ($one in $Completed) {
            Find-Hidden $one.ListItemText | Should -BeNullOrEmpty -Because $Because
            Find-Hidden $one.ToolTip | Should -BeNullOrEmpty -Because $Because
            Find-Hidden $one.CompletionText | Should -BeNullOrEmpty -Because $Because
            $one.CompletionText | Should -Not -Match '\n' -Because $Because
        }
    }
}

AfterAll {
    Set-CompletionPatience 00:00:00.5
    Set-Location $PSScriptRoot
    Stop-TestServer
}

Describe 'A completion of a cmdlet' {
    It 'is quoted where PowerShell would not read it as it is: <Key>' -ForEach @(
        @{ Key = 'app/x.y-z_1'; Text = 'app/x.y-z_1' }
        @{ Key = '/registry'; Text = '/registry' }
        @{ Key = '_x'; Text = '_x' }
        @{ Key = "app/x`nPwn"; Text = '"app/x`nPwn"' }
        @{ Key = "app/x`r`t`e"; Text = '"app/x`r`t`e"' }
        @{ Key = "a`u{2028}b"; Text = '"a`u{2028}b"' }
        @{ Key = "a`u{202e}`"`$x``"; Text = '"a`u{202E}`"`$x``"' }
        @{ Key = "a$([char] 0xDCFF)"; Text = '"a`u{DCFF}"' }
        @{ Key = 'x 1'; Text = "'x 1'" }
        @{ Key = "x`u{a0}1"; Text = "'x`u{a0}1'" }
        @{ Key = "it`u{2019}s"; Text = "'it`u{2019}`u{2019}s'" }
        @{ Key = '-Force'; Text = "'-Force'" }
        @{ Key = "`u{2013}Force"; Text = "'`u{2013}Force'" }
        @{ Key = '--%'; Text = "'--%'" }
        @{ Key = '0x10'; Text = "'0x10'" }
        @{ Key = '1kb'; Text = "'1kb'" }
        @{ Key = '007'; Text = "'007'" }
        @{ Key = '1e3'; Text = "'1e3'" }
        @{ Key = '.5'; Text = "'.5'" }
        @{ Key = '..'; Text = "'..'" }
        @{ Key = '~'; Text = "'~'" }
        @{ Key = '%'; Text = "'%'" }
        @{ Key = 'a=b'; Text = "'a=b'" }
        @{ Key = 'a:b'; Text = "'a:b'" }
        @{ Key = 'größe'; Text = "'größe'" }
    ) {
        Set-KvValue $Key 1
        try {
            $completed = @(Complete 'Get-KvValue ')
            $part = $Key.Contains('/') ? $Key.Substring(0, $Key.IndexOf('/') + 1) : $Key
            $completed.CompletionText | Should -BeExactly ($part -ceq $Key ? $Text : (& { $completed = @(Complete "Get-KvValue $part"); $part }))
            @(Complete "Get-KvValue $($part -ceq $Key ? '' : $part)").CompletionText | Should -BeExactly $Text
            Read-Argument $Text | Should -BeExactly $Key
        } finally {
            Remove-KvValue $Key
        }
    }

    It 'goes on in the quotes that are typed: <Line>' -ForEach @(
        @{ Line = 'Get-KvValue "quoted/x`n' }
        @{ Line = "Get-KvValue 'quoted/x" }
        @{ Line = 'Get-KvValue quoted/x' }
        @{ Line = 'Get-KvValue "quoted/"' }
    ) {
        Set-KvValue "quoted/x`nPwn" 1
        (Complete $Line).CompletionText | Should -BeExactly '"quoted/x`nPwn"'
    }

    It 'means the key, whatever that is (seed <_>)' -ForEach $seeds {
        $random = [Random]::new($_)
        $keys = 1..250 | ForEach-Object { 'k/' + (Get-RandomText $random).Replace('/', '') } | Sort-Object -Unique -CaseSensitive
        $keys | Set-KvValue -Value 1
        Assert-Completion (Complete 'Get-KvValue k/') @($keys) "seed $_"
        Remove-KvTree k -Confirm:$false
    }

    It 'means a directory, a prefix, a file''s or a store''s name, whatever that is (seed <_>)' -ForEach $seeds {
        $random = [Random]::new($_)
        $names = 1..60 | ForEach-Object { 'n' + (Get-RandomText $random).Replace('/', '') -replace '[\uDC80-\uDCFF](?<![\uD800-\uDBFF].)', '' } | Sort-Object -Unique -CaseSensitive
        $names | ForEach-Object { "d/$_/x" } | Set-KvValue -Value 1
        Assert-Completion (Complete 'Get-KvTree d/') @($names | ForEach-Object { "d/$_/" }) "seed $_"
        Assert-Completion (Complete 'Get-KvTree -Prefix d/') @($names | ForEach-Object { "d/$_/" }) "seed $_"
        Remove-KvTree d -Confirm:$false

        # A store's name may be anything that is no path, in any case.
        $stores = $names | Where-Object { $_.Trim() } | Group-Object { $_.ToUpperInvariant() } | ForEach-Object { $_.Group[0] } | Select-Object -First 20
        $open = $stores | ForEach-Object { Connect-KvStore -InMemory -Name $_ }
        Assert-Completion (Complete 'Get-KvValue a -Store n') @($stores) "seed $_"
        Assert-Completion (Complete 'Disconnect-KvStore n') @($stores) "seed $_"
        $open | Disconnect-KvStore
        Select-KvStore main
    }

    It 'offers nothing of a file of registered stores with a name that cannot be, and the error shows it harmlessly' {
        $name = "reg`e]0;x`a`nPwn"
        $folder = (New-Item -ItemType Directory "$env:XDG_CONFIG_HOME/valkeyrie" -Force).FullName
        $file = Join-Path $folder stores.json
        ConvertTo-Json @{ Name = $name; Path = "/x/$name"; Namespace = $name } -AsArray | Set-Content $file
        Complete 'Connect-KvStore reg' | Should -BeNullOrEmpty
        Complete 'Unregister-KvStore reg' | Should -BeNullOrEmpty
        $refused = Get-ErrorOf { Get-KvStore -Registered }
        "$refused" | Should -BeLike "*$file*"
        Find-Hidden (Show-AsTerminal $refused) | Should -BeNullOrEmpty
        Remove-Item $file
    }

    It 'means an endpoint, whatever the environment says' {
        $env:ETCDCTL_ENDPOINTS = "http://127.0.0.1:1`nPwn,http://[::1]:2"
        try {
            $completed = Complete 'Connect-KvStore http://127.0.0.1:1'
            Assert-Completion $completed @($completed | ForEach-Object { $_.ListItemText.Replace([string] [char] 0x240A, "`n") }) 'an endpoint'
        } finally {
            $env:ETCDCTL_ENDPOINTS = $null
        }
    }

    It 'tells a lease''s keys so that they show' {
        $lease = New-KvLease 300
        Set-KvValue $HostileKey 1 -Lease $lease
        $completed = Complete 'Get-KvLease '
        $completed.CompletionText | Should -Be "'$lease'"
        Find-Hidden $completed.ToolTip | Should -BeNullOrEmpty
        Remove-KvLease $lease
    }

    It 'means a lock, whatever its key and its owner say' {
        $held = Lock-KvKey "held$HostileKey" -Owner $Hostile
        Assert-Completion (Complete 'Get-KvLock held') @("held$HostileKey") 'a lock'
        Unlock-KvKey $held
    }

    It 'means an election, whatever its name and its leader say' {
        $leadership = Enter-KvElection "led$HostileKey" -Value $Hostile
        Assert-Completion (Complete 'Use-KvElection led') @("led$HostileKey") 'an election'
        Assert-Completion (Complete 'Get-KvElection led') @("led$HostileKey") 'an election'
        Exit-KvElection $leadership
    }

    It 'means a member, whatever its id, name and addresses say' {
        Add-TestStore HostileCluster
        $cluster = [HostileCluster]::Saying("m$Hostile")
        $completed = [Valkeyrie.PowerShell.Completion.MemberCompleter]::new().CompleteArgument('Remove-KvMember', 'Id', 'm', $null, @{ Store = $cluster })
        Assert-Completion @($completed) @("m$Hostile") 'a member'
        $completed = [Valkeyrie.PowerShell.Completion.StoreEndpointCompleter]::new().CompleteArgument('Optimize-KvStore', 'Endpoint', 'm', $null, @{ Store = $cluster })
        Assert-Completion @($completed) @("m$Hostile") 'an endpoint'
    }

    It 'means a user and a role, whatever their names' {
        Add-TestStore HostileCluster
        $cluster = [HostileCluster]::Saying("m$Hostile")
        $completed = [Valkeyrie.PowerShell.Completion.UserCompleter]::new().CompleteArgument('Get-KvUser', 'Name', 'm', $null, @{ Store = $cluster })
        Assert-Completion @($completed) @("m$Hostile") 'a user'
        $completed = [Valkeyrie.PowerShell.Completion.RoleCompleter]::new().CompleteArgument('Get-KvRole', 'Name', 'm', $null, @{ Store = $cluster })
        Assert-Completion @($completed) @("m$Hostile") 'a role'
    }

    It 'is also what a message offers for pasting' {
        $failure = Get-ErrorOf { Get-KvValue "app`nPwn/x" }
        "$failure".Contains('Get-KvTree -Prefix "app`nPwn/" -KeysOnly lists') | Should -BeTrue -Because "$failure"
        "$(Get-ErrorOf { Get-KvValue '0x10/x' })" | Should -BeLike "*Get-KvTree -Prefix '0x10/' -KeysOnly lists*"
        "$(Get-ErrorOf { Get-KvValue "it`u{2019}s;Pwn/x" })" | Should -BeLike "*Get-KvTree -Prefix 'it`u{2019}`u{2019}s;Pwn/' -KeysOnly lists*"
    }
}

Describe 'A completion on a drive' {
    BeforeAll {
        # What PowerShell's cmdlets get in place of a completion.
        function Get-Meant([string] $Command, [string] $Completion) {
            (& ([scriptblock]::Create("$Command $Completion"))).Key
        }
    }

    It 'means the key, whatever that is, with <Parameter> after <Quote> (seed <Seed>)' -ForEach @(
        foreach ($seed in $seeds) {
            @{ Seed = $seed; Parameter = 'LiteralPath'; Quote = '' }
            @{ Seed = $seed; Parameter = 'Path'; Quote = '' }
            @{ Seed = $seed; Parameter = 'LiteralPath'; Quote = "'" }
            @{ Seed = $seed; Parameter = 'LiteralPath'; Quote = '"' }
        }
    ) {
        $random = [Random]::new($Seed)

        # Blanks at the end of a path are PowerShell's own to lose, as -Path loses backticks before wildcards.
        $keys = 1..100 | ForEach-Object { 'k/' + (Get-RandomText $random).Replace('/', '').TrimEnd() } |
            Where-Object { $_ -ne 'k/' -and ($Parameter -eq 'LiteralPath' -or $_ -notmatch '[`\[\]*?]') } | Sort-Object -Unique -CaseSensitive
        $keys | Set-KvValue -Value 1
        $completed = Complete "Get-Item -$Parameter ${Quote}kv:/k/"
        foreach ($one in $completed) {
            $text = Read-Argument $one.CompletionText
            $text | Should -Not -BeLike 'not one*' -Because "seed ${Seed}: $($one.CompletionText)"
            Find-Hidden $one.ListItemText | Should -BeNullOrEmpty -Because "seed $Seed"
            Find-Hidden $one.ToolTip | Should -BeNullOrEmpty -Because "seed $Seed"
            Find-Hidden $one.CompletionText | Should -BeNullOrEmpty -Because "seed $Seed"
        }

        $meant = $completed.CompletionText | ForEach-Object { Get-Meant "Get-Item -$Parameter" $_ }
        [Collections.Generic.HashSet[string]]::new([string[]] @($meant)).SetEquals([string[]] @($keys)) |
            Should -BeTrue -Because "seed $Seed; not meant: $($keys | Where-Object { $_ -cnotin $meant } | Select-Object -First 3 | ConvertTo-Json -Compress)"
        Remove-KvTree k -Confirm:$false
    }
}
