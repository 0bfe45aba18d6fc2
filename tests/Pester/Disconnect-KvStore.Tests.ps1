BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
}

AfterAll { Stop-TestServer }

Describe 'Disconnect-KvStore' -Tag etcd {
    AfterEach { Get-KvStore | Disconnect-KvStore }

    It 'closes the current store, and leaves none in its place' {
        $null = Connect-KvStore $Server -Name first
        $second = Connect-KvStore $Server -Name second
        Disconnect-KvStore | Should -BeNullOrEmpty
        (Get-KvStore).Name | Should -Be first
        (Get-ErrorOf { Test-KvKey a -Store $second }).FullyQualifiedErrorId | Should -BeLike 'KvStoreClosed,*'
        Test-KvKey a -Store first | Should -BeFalse
    }

    It 'closes a store by <Form>' -ForEach @(
        @{ Form = 'its name'; Close = { param($store) Disconnect-KvStore $store.Name } }
        @{ Form = 'itself'; Close = { param($store) Disconnect-KvStore -Store $store } }
        @{ Form = 'the pipeline'; Close = { param($store) $store | Disconnect-KvStore } }
    ) {
        $store = Connect-KvStore $Server -Name closing
        & $Close $store
        Get-KvStore | Should -BeNullOrEmpty
    }

    It 'releases the locks that the store held and ends its kept keys' {
        $holder = Connect-KvStore $Server -Name holder
        $held = Lock-KvKey a
        Set-KvValue kept 1 -Ttl 600 -KeepAlive
        $null = Connect-KvStore $Server -Name other
        Disconnect-KvStore $holder
        $held.IsHeld | Should -BeFalse
        Lock-KvKey a -Timeout 0 | Unlock-KvKey
        Test-KvKey kept | Should -BeFalse
    }

    It 'closes nothing with -WhatIf' {
        $null = Connect-KvStore $Server -Name kept
        Disconnect-KvStore -WhatIf
        (Get-KvStore).Name | Should -Be kept
    }

    It 'does nothing to a store that is closed already' {
        $store = Connect-KvStore $Server
        Disconnect-KvStore $store
        Disconnect-KvStore $store -ErrorAction Stop
    }

    It 'says of an unknown name that no open store has it' {
        $failure = Get-ErrorOf { Disconnect-KvStore nowhere }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvStoreNotFound,*'
        $failure.TargetObject | Should -Be nowhere
    }

    It 'says that there is none to close' {
        (Get-ErrorOf { Disconnect-KvStore }).FullyQualifiedErrorId | Should -BeLike 'KvNotConnected,*'
    }
}
