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

Describe 'A view' {
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

    It 'of a store shows which is current, its name and its address' {
        (Show $store)[0] | Should -Be 'Current Name Address Api Namespace User'
        (Show $store)[-1] | Should -Be "* shown $($store.Address) 3 ns/"
        Show-List $store | Should -Contain 'IsCurrent : True'
    }
}
