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

    It 'has at most 100 events wait for an action that is slower than the changes, and runs it for each change in order' {
        $queue = $ExecutionContext.Events.GetType().GetField('_actionQueue', 'Instance, NonPublic').GetValue($ExecutionContext.Events)
        $state = @{ Queue = $queue; Most = 0; Revisions = [Collections.Generic.List[long]]::new() }
        $null = Register-KvWatch slow -MessageData $state -Action {
            param($changes)
            $seen = $Event.MessageData
            $seen.Most = [Math]::Max($seen.Most, $seen.Queue.Count)
            $seen.Revisions.Add($changes.Revision)
        }
        $pairs = 1..400 | ForEach-Object { [pscustomobject]@{ Key = "slow/$_"; Value = $_ } }

        # One command, between two statements: no action runs before all is written.
        $pairs | Set-KvValue
        Wait-Until { $state.Revisions.Count -ge 400 } 'all changes'
        $state.Revisions | Should -Be @($state.Revisions | Sort-Object)
        $state.Revisions.Count | Should -Be 400
        $state.Most | Should -BeLessOrEqual 100
    }

    It 'lets an action end its own subscription, however many changes wait' {
        $keys = [Collections.Generic.List[string]]::new()
        $null = Register-KvWatch once -SourceIdentifier once -MessageData $keys -Action { param($changes) $Event.MessageData.Add($changes.Key); Unregister-Event once }
        $pairs = 1..20 | ForEach-Object { [pscustomobject]@{ Key = "once/$_"; Value = $_ } }
        $pairs | Set-KvValue
        Wait-Until { -not (Get-EventSubscriber) } 'the end of the subscription'
        $keys.Count | Should -Be 1
    }

    It 'has at most 1000 events wait for Get-Event, and raises the others once those are removed' {
        Register-KvWatch much -SourceIdentifier much
        $pairs = 1..1200 | ForEach-Object { [pscustomobject]@{ Key = "much/$_"; Value = $_ } }
        $pairs | Set-KvValue
        Wait-Until { @(Get-Event -ErrorAction Ignore).Count -ge 1000 } 'the queue to be full'

        # Raised after the last change, by a subscription that has room.
        Register-KvWatch -Key much/last -SourceIdentifier last
        Set-KvValue much/last 1
        $null = Wait-Event last -Timeout 60
        @(Get-Event -SourceIdentifier much).Count | Should -Be 1000
        $revisions = @()
        while ($revisions.Count -lt 1201) {
            Wait-Event much -Timeout 60 | Should -Not -BeNullOrEmpty
            $revisions += @(Get-Event -SourceIdentifier much | ForEach-Object { $_.SourceEventArgs.Changes.Revision; Remove-Event -EventIdentifier $_.EventIdentifier })
        }

        $revisions | Should -Be @($revisions | Sort-Object)
    }

    It 'goes on after an action that <Name>, and has its error in the job' -ForEach @(
        @{ Name = 'throws'; Fails = { throw 'no luck' }; Message = 'no luck' }
        @{ Name = 'ends with an error of a command'; Fails = { Get-Item no:luck -ErrorAction Stop }; Message = "*'no'*" }
        @{ Name = 'fails in a method'; Fails = { [int]::Parse('luck') }; Message = "*'luck'*" }
        @{ Name = 'has a break outside of a loop'; Fails = { break }; Message = $null }
    ) {
        foreach ($debounce in @{}, @{ Debounce = 0.01 }) {
            $action = [scriptblock]::Create("param(`$changes) `$runs++; `$runs; if (`$runs -eq 1) { $Fails }")
            $job = Register-KvWatch faulty -Action $action @debounce
            Set-KvValue faulty/a 1
            Wait-Until { $job.Output.Count -ge 1 } 'the first run'
            Set-KvValue faulty/b 1
            Wait-Until { $job.Output.Count -ge 2 } 'the second run'
            $job.State | Should -Be Running
            $job.Command | Should -Be "$action"
            Receive-Job $job -ErrorVariable errors -ErrorAction SilentlyContinue | Should -Be 1, 2
            if ($Message) {
                $errors.Count | Should -Be 1
                "$errors" | Should -BeLike $Message
            }

            Unregister-Event $job.Name
        }
    }

    It 'runs <Name> as an action' -ForEach @(
        @{ Name = 'a function with parameters'; Define = { function global:Show-Change($changes) { "ran $($changes.Key)" } } }
        @{ Name = 'a function with a param block'; Define = { function global:Show-Change { param($changes) "ran $($changes.Key)" } } }
        @{ Name = 'a block with using'; Action = [scriptblock]::Create('using namespace System.Text; param($changes) "$([StringBuilder]::new("ran")) $($changes.Key)"') }
        @{ Name = 'a block with process'; Action = { process { "ran $($args[0].Key)" } } }
    ) {
        if ($Define) {
            & $Define
            $Action = (Get-Command Show-Change).ScriptBlock
        }

        $job = Register-KvWatch kinds -Action $Action
        Set-KvValue kinds/a 1
        Wait-Until { $job.HasMoreData } 'the run'
        Receive-Job $job | Should -Be 'ran kinds/a'
        Remove-Item function:Show-Change -ErrorAction Ignore
    }

    It 'ends with an action that calls exit' {
        $job = Register-KvWatch left -Action { exit }
        Set-KvValue left/a 1
        Wait-Until { -not (Get-EventSubscriber) } 'the end of the subscription'
        $job.State | Should -BeIn Failed, Stopped
    }

    It 'tells what ends the watch, and ends the subscription' {
        $null = Connect-KvStore -InMemory -Name closing
        $job = Register-KvWatch a -Store closing -SourceIdentifier acted -Action { 'never' }
        Register-KvWatch a -Store closing -SourceIdentifier plain
        Disconnect-KvStore closing
        Wait-Until { -not (Get-EventSubscriber) } 'the end of the subscriptions'
        $job.State | Should -BeIn Failed, Stopped
        $job.Error.FullyQualifiedErrorId | Should -Be KvStoreClosed
        Receive-Job $job -ErrorVariable errors -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $errors.FullyQualifiedErrorId | Should -BeLike 'KvStoreClosed*'
        @($errors).Count | Should -Be 1
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
