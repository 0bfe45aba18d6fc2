BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Connect-KvStore -InMemory -Name words

    function Set-ByProxy {
        [CmdletBinding()]
        param([Parameter(Position = 0)] $Key, [Parameter(Position = 1)] $Value)
        Set-KvValue @PSBoundParameters
    }

    function Set-WithTtl([timespan] $Ttl) { Set-KvValue words/ttl x -Ttl $Ttl -PassThru }
}

AfterAll { Stop-TestServer }

Describe 'A bare word' {
    It 'is that word as a key: <_>' -ForEach '007', '0x10', '1.10', '1e3', '1kb', '10L', '0x1F', '-0', '.5', '1.0' {
        $word = $_
        & ([scriptblock]::Create("Set-KvValue $word x"))
        Get-KvTree -Prefix "$word" | Where-Object Key -CEQ $word | Should -HaveCount 1
        & ([scriptblock]::Create("Test-KvKey $word; Test-KvKey -Key:$word")) | Should -Be $true, $true
        & ([scriptblock]::Create("(Get-KvValue $word).Key")) | Should -BeExactly $word
        & ([scriptblock]::Create("(New-KvCondition $word -Missing).Range.Start")) | Should -BeExactly $word
        & ([scriptblock]::Create("Remove-KvValue $word -PassThru")) | Should -BeExactly $word
        Get-KvTree -Prefix "$word" | Where-Object Key -CEQ $word | Should -BeNullOrEmpty
    }

    It 'is that word as a value: <_>' -ForEach '007', '0x10', '1.10', '1e3', '1kb', '10L', '-0', '.5', '1.0', '8' {
        & ([scriptblock]::Create("Set-KvValue words/value $_; Set-KvValue words/named -Value:$_; Set-ByProxy words/proxy $_"))
        'words/value', 'words/named', 'words/proxy' | Get-KvValue -ValueOnly | Should -BeExactly @($_, $_, $_)
    }

    It 'removes no key of another name' {
        Set-KvValue '16' keep
        { Remove-KvValue 0x10 -ErrorAction Stop } | Should -Throw -ErrorId 'KvKeyNotFound,*'
        Test-KvKey '16' | Should -BeTrue
    }

    It 'is that word as a directory, a prefix and the name of a store' {
        Set-KvValue 007/a 1
        Set-KvValue '0070' 1
        (Get-KvTree 007).Key | Should -BeExactly 007/a
        (Get-KvTree -Prefix 007).Key | Should -BeExactly '007/a', '0070'
        Remove-KvTree 007 -Confirm:$false
        Test-KvKey '0070' | Should -BeTrue
        $null = Connect-KvStore -InMemory -Name 007
        Test-KvKey x -Store 007 | Should -BeFalse
        Disconnect-KvStore 007
        Select-KvStore words
        Get-KvStore words | Should -HaveCount 1
    }

    It 'in a list that PowerShell takes for another number is refused, and nothing is removed' -ForEach '007,0x10', '7,0x10', '16,1.10', '@(1kb,7)', '"a",007' {
        '7', '16', '1.1', '1024', 'a' | ForEach-Object { Set-KvValue $_ kept }
        $failure = Get-ErrorOf ([scriptblock]::Create("Remove-KvValue $_"))
        $failure.FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentTransformationError,*'
        "$failure" | Should -Match "Quote it: '(007|0x10|1\.10|1kb)'"
        Test-KvKey '7', '16', '1.1', '1024', 'a' | Should -Not -Contain $false
    }

    It 'in a list that reads as it is written is a key, and so are numbers of a variable' {
        $numbers = 7, 16
        '7', '16' | Set-KvValue -Value x
        Test-KvKey 7, 16 | Should -Be $true, $true
        Test-KvKey $numbers | Should -Be $true, $true
        (Get-KvValue '7', 16).Key | Should -Be 7, 16
    }

    It 'that was computed is a number' {
        Set-KvValue words/number (0x10 + 1)
        Set-KvValue words/fraction ([double]1.5)
        'words/number', 'words/fraction' | Get-KvValue -ValueOnly | Should -BeExactly '17', '1.5'
    }
}

Describe 'A duration' {
    It 'that a [timespan] parameter made of a number of seconds is refused: <_>' -ForEach 1, 60, 3600, 86400, 1209600, 2592000, 9999999 {
        { Set-WithTtl $_ } | Should -Throw '*shorter than*ticks*FromSeconds*'
        Test-KvKey words/ttl | Should -BeFalse
    }

    It 'that a [timespan] parameter made of many seconds is refused by every command that takes a time to live' {
        $ticks = [timespan]::FromTicks(1209600)
        { Lock-KvKey words/lock -Ttl $ticks } | Should -Throw '*shorter than 1000 ms*'
        { Enter-KvElection words/election -Ttl $ticks } | Should -Throw '*shorter than 1000 ms*'
        { New-KvLease $ticks } | Should -Throw '*shorter than 1000 ms*'
        { Set-Content kv:/words/ttl x -Ttl $ticks } | Should -Throw '*shorter than 1000 ms*'
        (Set-KvValue words/short x -Ttl 00:00:00.5 -PassThru).Ttl | Should -BeGreaterOrEqual ([timespan]::FromSeconds(1))
    }

    It 'below a millisecond is refused by every command that takes one' {
        $ticks = [timespan]::FromTicks(60)
        { Lock-KvKey words/lock -Timeout $ticks } | Should -Throw '*shorter than 1 ms*'
        { Watch-KvKey words/lock -Timeout $ticks } | Should -Throw '*shorter than 1 ms*'
        { New-KvLease $ticks } | Should -Throw '*shorter than*'
        { Connect-KvStore -Timeout $ticks -Endpoint localhost } | Should -Throw '*shorter than 1 ms*'
        Select-KvStore words
    }

    It 'in seconds, as text and as a TimeSpan is taken' {
        (Set-WithTtl 00:05:00).Ttl | Should -Be ([timespan]'00:05:00')
        (Set-KvValue words/ttl x -Ttl 60 -PassThru).Ttl | Should -Be ([timespan]'00:01:00')
    }
}

Describe 'A value' {
    It 'that is a pair or an event is what it holds, byte for byte' {
        $bytes = [byte[]] (255, 0, 254)
        Set-KvValue words/k $bytes
        Set-KvValue words/k2 (Get-KvValue words/k)
        Set-KvValue words/k3 -Value (Watch-KvKey words/k | Select-Object -First 1)
        Set-Content kv:/words/k4 (Get-KvValue words/k)
        'words/k2', 'words/k3', 'words/k4' | ForEach-Object { [Convert]::ToHexString((Get-KvValue $_ -AsByteStream)) | Should -Be FF00FE }
        { Set-KvValue words/k5 (Get-KvTree words -KeysOnly | Select-Object -First 1) -ErrorAction Stop } | Should -Throw '*KeysOnly*'
    }

    It 'is compared with a pair by its bytes' {
        Set-KvValue words/k same
        $result = Invoke-KvTransaction -If (New-KvCondition words/k -Value (Get-KvValue words/k)) -Then { Set-KvValue words/held yes }
        $result.Succeeded | Should -BeTrue
    }

    It 'of a calculated property is unwrapped' {
        [pscustomobject]@{ K = 'words/calc'; V = 'AP8=' } |
            Select-Object @{ n = 'Key'; e = { $_.K } }, @{ n = 'Value'; e = { $_.V } }, @{ n = 'Encoding'; e = { 'base64' } } | Set-KvValue
        [Convert]::ToHexString((Get-KvValue words/calc -AsByteStream)) | Should -Be 00FF
    }

    It 'that is no data is refused, and nothing is written: <Name>' -ForEach @(
        @{ Name = 'a file'; Make = { Get-Item $PSCommandPath }; Says = '*Get-Content -Raw*' }
        @{ Name = 'files of an array'; Make = { Get-ChildItem $PSScriptRoot }; Says = '*content*' }
        @{ Name = 'a directory'; Make = { Get-Item $PSScriptRoot }; Says = '*not data*' }
        @{ Name = 'a module'; Make = { Get-Module Valkeyrie }; Says = '*not data*' }
        @{ Name = 'a command'; Make = { Get-Command Get-Item }; Says = '*not data*' }
        @{ Name = 'a process'; Make = { Get-Process -Id $PID }; Says = '*not data*' }
        @{ Name = 'a runspace'; Make = { [runspace]::DefaultRunspace }; Says = '*cannot be stored as JSON*' }
        @{ Name = 'a secret within an object'; Make = { @{ p = [securestring]::new() } }; Says = '*not data*' }
        @{ Name = 'an object that contains itself'; Make = { $o = [pscustomobject]@{ a = 1 }; $o | Add-Member self $o; $o }; Says = '*contains itself*' }
        @{ Name = 'elements without end'; Make = { , [Linq.Enumerable]::Repeat(1, [int]::MaxValue) }; Says = '*elements*' }
        @{ Name = 'a module within an object'; Make = { [pscustomobject]@{ a = @{ b = Get-Module Valkeyrie } } }; Says = '*cannot be stored as JSON*' }
        @{ Name = 'what contains itself'; Make = { $h = @{}; $h.h = $h; $h }; Says = '*contains itself*' }
        @{ Name = 'what is too deep'; Make = { $o = 1; 1..120 | ForEach-Object { $o = @{ o = $o } }; $o }; Says = '*100 levels deep*' }
    ) {
        $value = & $Make
        { Set-KvValue words/refused $value -ErrorAction Stop } | Should -Throw $Says -ErrorId 'KvInvalidArgument,*'
        { New-KvCondition words/refused -Value $value } | Should -Throw $Says
        Test-KvKey words/refused | Should -BeFalse
    }

    It 'as deep as JSON is written comes back whole' {
        $deep = 'end'
        1..100 | ForEach-Object { $deep = @{ o = $deep } }
        Set-KvValue words/deep $deep
        Get-KvValue words/deep -ValueOnly | Should -Match '"o":"end"'
    }

    It 'is not changed by the defaults of ConvertTo-Json' {
        $PSDefaultParameterValues = @{ 'ConvertTo-Json:AsArray' = $true; 'ConvertTo-Json:EnumsAsStrings' = $true }
        Set-KvValue words/defaults @{ a = 1 }
        Get-KvValue words/defaults -ValueOnly | Should -BeExactly '{"a":1}'
    }
}

Describe 'Values piped for one key' {
    It 'are refused if there are several, before anything is written: <Name>' -ForEach @(
        @{ Name = 'lines'; Values = 'l1', 'l2' }
        @{ Name = 'objects'; Values = @{ a = 1 }, @{ a = 2 } }
        @{ Name = 'numbers'; Values = 1..300 }
    ) {
        Set-KvValue words/one before
        { $Values | Set-KvValue words/one -ErrorAction Stop } | Should -Throw '*Nothing was written*Get-Content -Raw*' -ErrorId 'KvInvalidArgument,*'
        Get-KvValue words/one -ValueOnly | Should -BeExactly before
    }

    It 'are refused if they are several pairs' {
        Set-KvValue words/one before
        Set-KvValue words/several/a 1
        Set-KvValue words/several/b 2
        { Get-KvTree words/several | Set-KvValue words/one -ErrorAction Stop } | Should -Throw '*Nothing was written*'
        Get-KvValue words/one -ValueOnly | Should -BeExactly before
    }

    It 'are stored if there is one' {
        'l1' | Set-KvValue words/one -PassThru | ForEach-Object Value | Should -BeExactly l1
        'l1', 'l2' -join "`n" | Set-KvValue words/one
        Get-KvValue words/one -ValueOnly | Should -BeExactly "l1`nl2"
    }
}

Describe '-ThrottleLimit 1' {
    It 'answers each record before the next is taken, so that -PipelineVariable matches: <Name>' -ForEach @(
        @{ Name = 'Set-KvValue'; Run = { 1..50 | ForEach-Object { "words/p$_" } -PipelineVariable p | Set-KvValue -Value 1 -PassThru -ThrottleLimit 1 | ForEach-Object { $_.Key -ceq $p } } }
        @{ Name = 'Get-KvValue'; Run = { 1..50 | ForEach-Object { "words/p$_" } -PipelineVariable p | Get-KvValue -ThrottleLimit 1 | ForEach-Object { $_.Key -ceq $p } } }
        @{ Name = 'Test-KvKey'; Run = { 1..50 | ForEach-Object { $_ % 2 ? "words/p$_" : "words/none$_" } -PipelineVariable p | Test-KvKey -ThrottleLimit 1 | ForEach-Object { $_ -eq ($p -like '*/p*') } } }
        @{ Name = 'Remove-KvValue'; Run = { 1..50 | ForEach-Object { "words/p$_" } -PipelineVariable p | Remove-KvValue -PassThru -ThrottleLimit 1 | ForEach-Object { $_ -ceq $p } } }
    ) {
        (& $Run) -eq $true | Should -HaveCount 50
    }

    It 'takes 1 to 4096' {
        { Get-KvValue x -ThrottleLimit 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Get-KvValue x -ThrottleLimit 4097 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }
}
