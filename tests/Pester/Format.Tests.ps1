BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $store = Connect-KvStore $Server -Name shown -Namespace ns/

    # As it shows, without colors and without the blanks that fill columns.
    function Show($Object) {
        $PSStyle.OutputRendering = 'PlainText'
        ($Object | Out-String -Width 200) -split '\r?\n' | Where-Object { $_ } | ForEach-Object { ($_ -replace '\s+', ' ').Trim() }
    }

    function Show-List($Object) {
        $PSStyle.OutputRendering = 'PlainText'
        ($Object | Format-List | Out-String -Width 300) -split '\r?\n' | Where-Object { $_ } | ForEach-Object { ($_ -replace '\s+', ' ').Trim() }
    }
}

AfterAll { Stop-TestServer }

Describe 'A view' -Tag etcd {
    It 'of a pair shows revision, key and value' {
        $pair = Set-KvValue pair 'a value' -PassThru
        $lines = Show $pair
        $lines[0] | Should -Be 'Revision Key Value'
        $lines[-1] | Should -Be "$($pair.Revision) pair a value"
    }

    It 'shows <Name>' -ForEach @(
        @{ Name = 'bytes by their number and the first of them'; Value = [byte[]] (0..255); Expected = '<256 bytes: 00 01 02 03 04 05 06 07 ...>' }
        @{ Name = 'few bytes whole'; Value = [byte[]] (255, 216); Expected = '<2 bytes: FF D8>' }
        @{ Name = 'a long text by its beginning'; Value = 'x' * 1000; Expected = ('x' * 200) + '... (1000 bytes)' }
        @{ Name = 'Unicode text as it is'; Value = 'grüße 你好'; Expected = 'grüße 你好' }
        @{ Name = 'an empty value as nothing'; Value = ''; Expected = '' }
    ) {
        Show-List (Set-KvValue value $Value -PassThru) | Where-Object { $_ -like 'Value :*' } | Should -Be "Value : $Expected".Trim()
    }

    It 'of a key without its value shows none' {
        Set-KvValue keyonly secret
        (Show (Get-KvTree -KeysOnly)) -join ' ' | Should -Not -BeLike '*secret*'
    }

    It 'of a list of a pair tells everything' {
        $lines = Show-List (Set-KvValue listed 1 -Ttl 300 -PassThru)
        $lines -replace ' :.*' | Should -Be Key, Value, Size, Revision, CreateRevision, Version, LeaseId, Ttl
    }

    It 'of an event shows its type first' {
        Set-KvValue event one
        $seen = Watch-KvKey event -Timeout 60 | Select-Object -First 1
        $lines = Show $seen
        $lines[0] | Should -Be 'Type Revision Key Value'
        $lines[-1] | Should -Be "Existing $($seen.Revision) event one"
    }

    It 'of a lock shows whether it is held, and its fencing token' {
        $held = Lock-KvKey lock
        (Show $held)[0] | Should -Be 'IsHeld FencingToken Ttl Key'
        (Show $held)[-1] | Should -Be "True $($held.FencingToken) 00:00:20 lock"
        Unlock-KvKey $held
        (Show $held)[-1] | Should -BeLike 'False *'
    }

    It 'of a lease shows its number as etcd''s tools do, its times and its keys' {
        $lease = New-KvLease 3000
        1..7 | ForEach-Object { Set-KvValue leased/$_ 1 -Lease $lease }
        $lines = Show (Get-KvLease $lease)
        $lines[0] | Should -Be 'Id Ttl Remaining Keys'
        $lines[-1] | Should -BeLike ('{0:x} 00:50:00 00:* leased/1, leased/2, leased/3, leased/4, leased/5, ... (7 keys)' -f $lease.Id)
        Show-List $lease | Should -Contain ('Id : {0:x}' -f $lease.Id)
    }

    It 'of a condition shows what is compared with what' {
        (Show (New-KvCondition cond -Version 3 -Operator Less))[0] | Should -Be 'Target Operator Operand Key'
        (Show (New-KvCondition cond -Version 3 -Operator Less))[-1] | Should -Be 'Version Less 3 cond'
        (Show (New-KvCondition cond -Value grüße))[-1] | Should -Be 'Value Equal grüße cond'
    }

    It 'of a transaction shows how it ended and what was done' {
        $done = Invoke-KvTransaction -Then { Set-KvValue tx one; Get-KvValue tx; Remove-KvValue none }
        (Show $done)[0] | Should -Be 'Succeeded Revision Results'
        (Show $done)[-1] | Should -Be "True $($done.Revision) Set tx, Get tx, Remove none"
        (Show $done.Results)[0] | Should -Be 'Operation KeyCount Revision Key Value'
        (Show $done.Results)[-3..-1] | Should -Be "Set 1 $($done.Revision) tx one", "Get 1 $($done.Revision) tx one", 'Remove 0 none'
        Show-List $done.Results[0] | Should -Contain 'Value : one'
    }

    It 'of a store shows which is current, its name and its address' {
        (Show $store)[0] | Should -Be 'Current Name State Address Namespace User'
        (Show $store)[-1] | Should -Be "* shown Available $($store.Address) ns/"
        Show-List $store | Should -Contain 'IsCurrent : True'
    }
}

# At the width of a terminal that nobody has enlarged.
Describe 'A view of stores at 80 columns' -Tag etcd {
    BeforeAll {
        # Two that differ in the last letter of what is longest alone.
        $long = 'etcd-of-the-blue-shop-in-the-north.example.com'
        function Show-Narrow($Object) {
            $PSStyle.OutputRendering = 'PlainText'
            $Object | Out-String -Width 80
        }

        # The columns put together again, line by line of each row, at the places at which the header begins them.
        function Get-Row([string] $Text, [int] $Always) {
            $lines = $Text -split '\r?\n' | Where-Object { $_.Trim() -and $_ -notmatch '^ +Store: ' }
            $starts = [regex]::Matches($lines[1], '-+') | ForEach-Object Index
            $rows = [Collections.Generic.List[string[]]]::new()
            foreach ($line in $lines | Select-Object -Skip 2) {
                $cells = for ($i = 0; $i -lt $starts.Count; $i++) {
                    $end = $i + 1 -lt $starts.Count ? $starts[$i + 1] : 81
                    $line.PadRight(81).Substring($starts[$i], $end - $starts[$i]).Trim()
                }

                if ($cells[$Always]) { $rows.Add($cells) } else { for ($i = 0; $i -lt $cells.Count; $i++) { $rows[-1][$i] += $cells[$i] } }
            }

            $rows | ForEach-Object { $_ -join '|' }
        }
    }

    It 'cuts nothing of an open store' {
        $folder = New-Item -ItemType Directory (Join-Path $TestFolder ('deep-' * 12))
        $stores = 'a', 'b' | ForEach-Object { Connect-KvStore -Path (Join-Path $folder "$_.db") -Name "$long-$_" -Namespace "teams/of/the/blue/shop/$_" }
        $text = Show-Narrow (Get-KvStore "$long*")
        $text | Should -Not -Match '…|\.\.\.'
        $rows = Get-Row $text 2
        $rows | Should -HaveCount 2
        for ($i = 0; $i -lt 2; $i++) {
            $rows[$i].Replace(' ', '') | Should -Match ([regex]::Escape("$($stores[$i].Name)|Available|$($stores[$i].Address)|$($stores[$i].Namespace)|"))
        }

        $stores | Disconnect-KvStore
    }

    It 'cuts nothing of a registered store, nor of an endpoint' {
        'a', 'b' | ForEach-Object { Register-KvStore "$long-$_" "$long-1$($_):2379", "$long-2$($_):2379" -Namespace "teams/of/the/blue/shop/$_" }
        $registered = Get-KvStore -Registered
        $text = Show-Narrow $registered
        $text | Should -Not -Match '…|\.\.\.'
        (Get-Row $text 2) -replace ' ' | Should -Be @($registered | ForEach-Object { "$($_.Name)|$($_.Address)|3|$($_.Namespace)" })
        $registered | Unregister-KvStore

        $null = Connect-KvStore $Server, 127.0.0.1:1 -Name two
        $text = Show-Narrow (Test-KvStore two)
        $text | Should -Not -Match '…|\.\.\.'
        $rows = (Get-Row $text 0) -replace ' '
        $rows[0] | Should -Match ([regex]::Escape("True|$Server|"))
        $rows[1] | Should -Match ([regex]::Escape('False|http://127.0.0.1:1|')) -Because 'the second endpoint is away'
        $rows[1] | Should -BeLike "*$((Test-KvStore two)[1].Reason -replace ' ')"
        Disconnect-KvStore two
        Select-KvStore shown
    }
}
