# What every store's measurement must hold is in the conformance suite; here is what the command adds.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $store = Connect-KvStore -InMemory -Name measured
    Set-KvValue kept 1
}

AfterAll { Stop-TestServer }

Describe 'Measure-KvStore' {
    It 'emits the writes, then the reads, and leaves nothing behind' {
        $measured = Measure-KvStore -Count 30 -ValueSize 100 -ThrottleLimit 3
        $measured | ForEach-Object { $_.GetType().FullName } | Should -Be Valkeyrie.KvMeasurement, Valkeyrie.KvMeasurement
        $measured.Operation | Should -Be Put, Get
        $measured.Calls | Should -Be 30, 30
        $measured.ValueSize | Should -Be 100, 100
        $measured.CallsAtOnce | Should -Be 3, 3
        $measured.Store | Should -Be memory:, memory:
        $measured[0].Rate | Should -BeGreaterThan 0
        (Get-KvTree -All).Key | Should -Be kept
        $shown = $measured | Out-String
        $shown | Should -Match '(?m)^Put\s+30\s+[\d,]+\s+\d+\.\d{3}\s+\d+\.\d{3}\s+\d+\.\d{3}\s+\d+\.\d{3}\s+memory:\s*$'
    }

    It 'writes nothing with -WhatIf' {
        $before = (Set-KvValue kept 2 -PassThru).Revision
        Measure-KvStore -WhatIf | Should -BeNullOrEmpty
        (Set-KvValue kept 2 -PassThru).Revision | Should -Be ($before + 1)
    }

    It 'writes in the directory that is named' {
        $null = Connect-KvStore -InMemory -Name bounded -Namespace deep/
        $null = Measure-KvStore scratch -Count 1 -Store bounded
        (Watch-KvTree scratch -FromRevision 1 -Store bounded | Select-Object -First 1).Key | Should -BeLike 'scratch/valkeyrie-measure-*/0'
        Select-KvStore measured
        Disconnect-KvStore bounded
    }

    It 'removes what it has written before a pipeline that is stopped has ended' {
        $other = [powershell]::Create()
        try {
            $null = $other.AddScript('param($module, $store) Import-Module $module; Measure-KvStore stopped -Store $store -Count 1000000 -Timeout 3600').AddArgument($ModulePath).AddArgument($store)
            $running = $other.BeginInvoke()
            Wait-Until { $running.IsCompleted -or (Get-KvTree stopped -KeysOnly -ErrorAction Ignore) } 'the first write'
            $running.IsCompleted | Should -BeFalse
            $other.Stop()
            Get-KvTree stopped -KeysOnly -ErrorAction Ignore | Should -BeNullOrEmpty
        } finally {
            $other.Dispose()
        }
    }
}
