BeforeAll {
    . $PSScriptRoot/Common.ps1
    $store = Connect-KvStore -InMemory -Name main
}

AfterAll {
    Get-EventSubscriber | Unregister-Event
    Get-Event | Remove-Event
    Stop-TestServer
}

Describe 'Register-KvWatch' {
    AfterEach {
        Get-EventSubscriber | Unregister-Event
        Get-Event | Remove-Event
    }

    It 'runs the action for each change that is made once it has returned, with the change as its argument' {
        Set-KvValue act/old 1
        $job = Register-KvWatch act -Action { param($changes) "$($changes.Type) $($changes.Key) $($EventArgs.Changes.Count) $($Event.MessageData)" } -MessageData hello
        $job | Should -BeOfType ([Management.Automation.PSEventJob])
        Set-KvValue act/a 1
        Set-KvValue other/b 1
        Remove-KvValue act/old
        $told = @()
        Wait-Until { $script:told += @(Receive-Job $job); $script:told.Count -ge 2 } 'both events'
        $script:told | Should -Be 'Put act/a 1 hello', 'Delete act/old 1 hello'
        $script:told = $null
        Unregister-Event $job.Name
        $job.State | Should -Be Stopped
    }

    It 'queues events for Wait-Event where there is no action: <Name>' -ForEach @(
        @{ Name = 'of a key'; Arguments = @{ Key = 'q/a' }; Keys = , 'q/a' }
        @{ Name = 'of a prefix'; Arguments = @{ Prefix = 'q' }; Keys = 'q/a', 'qq' }
        @{ Name = 'of the whole store'; Arguments = @{}; Keys = 'q/a', 'qq', 'z' }
    ) {
        Register-KvWatch @Arguments -SourceIdentifier queued | Should -BeNullOrEmpty
        'q/a', 'qq', 'z' | Set-KvValue -Value 1
        foreach ($key in $Keys) {
            $raised = Wait-Event queued -Timeout 60
            $raised.SourceEventArgs.Changes.Key | Should -Be $key
            "$($raised.Sender)" | Should -BeLike '* of memory:'
            Remove-Event -EventIdentifier $raised.EventIdentifier
        }
    }

    It 'ends the watch with the subscription' {
        Register-KvWatch ended -SourceIdentifier ended
        (Get-EventSubscriber ended).SourceObject.Range.Text | Should -Be ended
        Unregister-Event ended
        Register-KvWatch ended -SourceIdentifier ended
        Set-KvValue ended/a 1
        $raised = Wait-Event ended -Timeout 60
        Remove-Event -EventIdentifier $raised.EventIdentifier

        # The first watch, were it still there, would have told by the time that the second tells of the next change.
        Set-KvValue ended/b 1
        $raised = Wait-Event ended -Timeout 60
        $raised.SourceEventArgs.Changes.Key | Should -Be ended/b
        @(Get-Event).Count | Should -Be 1
    }

    It 'raises one event for changes that follow each other soon, with -Debounce' {
        Register-KvWatch bounce -SourceIdentifier bounced -Debounce 0.5
        1..5 | ForEach-Object { Set-KvValue bounce/a $_; Set-KvValue bounce/b $_ }
        $seen = @{}
        $events = 0
        while ($seen['bounce/a'] -ne 5 -or $seen['bounce/b'] -ne 5) {
            $raised = Wait-Event bounced -Timeout 60
            $raised | Should -Not -BeNullOrEmpty
            $events++
            $raised.SourceEventArgs.Changes | ForEach-Object { $seen[$_.Key] = [int] $_.Value }
            Remove-Event -EventIdentifier $raised.EventIdentifier
        }

        $events | Should -BeLessThan 10
    }

    It 'keeps errors of the action in its job' {
        $job = Register-KvWatch faulty -Action { throw "no action for $($args[0].Key)" }
        Set-KvValue faulty/a 1
        Wait-Until { $job.Error.Count -gt 0 } 'the error'
        "$($job.Error[0])" | Should -BeLike '*no action for faulty/a*'
    }

    It 'tells what ends the watch, and ends the subscription' {
        $null = Connect-KvStore -InMemory -Name closing
        $job = Register-KvWatch a -Store closing -SourceIdentifier acted -Action { 'never' }
        Register-KvWatch a -Store closing -SourceIdentifier plain
        Disconnect-KvStore closing
        Wait-Until { -not (Get-EventSubscriber) } 'the end of the subscriptions'
        $job.Error[0].FullyQualifiedErrorId | Should -Be KvStoreClosed
        $job.Output.Count | Should -Be 0
        $raised = Wait-Event plain -Timeout 60
        $raised.SourceEventArgs.Changes.Count | Should -Be 0
        $raised.SourceEventArgs.Error.Code | Should -Be StoreClosed
        Select-KvStore main
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'a name that is in use'; Run = { Register-KvWatch a -SourceIdentifier twice; Register-KvWatch b -SourceIdentifier twice } }
        @{ Name = 'an empty path'; Run = { Register-KvWatch '' } }
        @{ Name = 'a pause of zero'; Run = { Register-KvWatch a -Debounce 0 } }
    ) {
        (Get-ErrorOf $Run).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
    }

    It 'does nothing with -WhatIf' {
        Register-KvWatch a { } -WhatIf
        Get-EventSubscriber | Should -BeNullOrEmpty
    }
}
