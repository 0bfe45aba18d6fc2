BeforeAll {
    . $PSScriptRoot/Common.ps1
    $one = Connect-KvStore -InMemory -Name one
    $two = Connect-KvStore -InMemory -Name two
}

AfterAll { Stop-TestServer }

Describe 'Select-KvStore' {
    BeforeEach { Select-KvStore two }

    It 'makes a store current by <Form>' -ForEach @(
        @{ Form = 'its name'; Command = { Select-KvStore one } }
        @{ Form = 'its name in another case'; Command = { Select-KvStore ONE } }
        @{ Form = 'what Connect-KvStore gave'; Command = { Select-KvStore $one } }
        @{ Form = 'the pipeline'; Command = { Get-KvStore one | Select-KvStore } }
        @{ Form = 'the pipeline, as a name'; Command = { 'one' | Select-KvStore } }
        @{ Form = 'the store itself'; Command = { Select-KvStore -Store $one.Store } }
        @{ Form = 'the same store twice'; Command = { $one, 'one' | Select-KvStore } }
    ) {
        & $Command | Should -BeNullOrEmpty
        (Get-KvStore | Where-Object IsCurrent).Name | Should -Be one
        $one.IsCurrent, $two.IsCurrent | Should -Be $true, $false
        Set-KvValue selected 1
        Test-KvKey selected -Store one | Should -BeTrue
        Remove-KvValue selected
    }

    It 'emits the store with -PassThru' {
        (Select-KvStore one -PassThru).Name | Should -Be one
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'an unknown name'; Command = { Select-KvStore nowhere }; Id = 'KvStoreNotFound' }
        @{ Name = 'several stores'; Command = { Get-KvStore | Select-KvStore }; Id = 'KvInvalidArgument' }
        @{ Name = 'an empty pipeline'; Command = { Get-KvStore nowhere* | Select-KvStore }; Id = 'KvInvalidArgument' }
        @{ Name = 'what is no store'; Command = { Select-KvStore @{} }; Id = 'KvInvalidArgument' }
        @{ Name = 'a store that has been closed'; Command = { $gone = Connect-KvStore -InMemory; Disconnect-KvStore $gone; Select-KvStore $gone }; Id = 'KvStoreNotFound' }
    ) {
        (Get-ErrorOf $Command).FullyQualifiedErrorId | Should -Be "$Id,Valkeyrie.PowerShell.Commands.SelectKvStoreCommand"
        Get-KvStore | ForEach-Object IsCurrent | Should -Not -Contain $true
    }

    It 'completes the names of open stores' {
        (TabExpansion2 'Select-KvStore o' 16).CompletionMatches.CompletionText | Should -Be one
    }
}
