BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Connect-KvStore -Path (Join-Path $TestFolder live.db) -Name live
    $null = Connect-KvStore -Path (Join-Path $TestFolder backup.db) -Name backup
    $null = Connect-KvStore -InMemory -Name main
    $State = Join-Path $TestFolder mirror.json

    # Runs a script in a runspace of its own until a condition holds, then stops it as Ctrl+C does. Returns the runspace's streams and what it has emitted.
    function Invoke-Mirror([string] $Script, [scriptblock] $Until) {
        $shell = [powershell]::Create()
        $emitted = [Management.Automation.PSDataCollection[psobject]]::new()
        try {
            $null = $shell.AddScript("Import-Module '$ModulePath'; $Script").BeginInvoke([Management.Automation.PSDataCollection[psobject]]::new(), $emitted)
            Wait-Until { $shell.InvocationStateInfo.State -ne 'Running' -or (& $Until $emitted) } "'$Script' as far as it should be"
            $null = $shell.BeginStop($null, $null).AsyncWaitHandle.WaitOne(30000)
            [pscustomobject]@{
                Emitted = @($emitted)
                Error   = @($shell.Streams.Error) + @($shell.InvocationStateInfo.Reason | Where-Object { $_ -and $_ -isnot [Management.Automation.PipelineStoppedException] })
                Verbose = @($shell.Streams.Verbose | ForEach-Object Message)
                Warning = @($shell.Streams.Warning | ForEach-Object Message)
            }
        } finally {
            $shell.Dispose()
        }
    }
}

AfterAll { Stop-TestServer }

Describe 'Sync-KvTree' {
    BeforeEach {
        Select-KvStore main
        'live', 'backup', 'main' | ForEach-Object { Remove-KvTree -All -Store $_ -Confirm:$false -ErrorAction Ignore }
        Remove-Item $State -ErrorAction Ignore
        'app/name', 'app/db/host' | Set-KvValue -Value 1 -Store live
        Set-KvValue application/x 1 -Store live
    }

    It 'makes directories alike once, and leaves what the source lacks alone' {
        Set-KvValue copy/own 1
        'app/a', 'app/b' | Set-KvValue -Value 1
        Sync-KvTree app copy -Once | Should -BeNullOrEmpty
        (Get-KvTree copy).Key | Should -Be copy/a, copy/b, copy/own
        $done = Sync-KvTree app copy -Once -Prune -Force -PassThru
        "$($done.Phase) $($done.Written) $($done.Unchanged) $($done.Removed) $($done.Comparisons)" | Should -Be 'Ended 0 2 1 1'
        Compare-KvTree app copy | Should -BeNullOrEmpty
    }

    It 'makes every change until it is stopped, and goes on from the state that it left' {
        $line = "Sync-KvTree app -Store live -DestinationStore backup -Prune -Force -PassThru -Verbose -StatePath '$State'"
        $first = Invoke-Mirror $line {
            if (Test-KvKey app/db/host -Store backup) {
                Set-KvValue app/name 2 -Store live
            }

            (Get-KvValue app/name -Store backup -ErrorAction Ignore).Value -eq '2'
        }
        $first.Error | Should -BeNullOrEmpty
        $first.Emitted.Phase | Should -Be Following
        Remove-KvValue app/db/host -Store live
        Set-KvValue app/new 1 -Store live
        $second = Invoke-Mirror $line { Test-KvKey app/new -Store backup }
        $second.Error | Should -BeNullOrEmpty
        $second.Emitted.Comparisons | Should -Be 0
        "$($second.Verbose)" | Should -BeLike '*Continues from the saved state*'
        (Get-KvTree -Store backup).Key | Should -Be app/name, app/new
        Compare-KvTree app -Store live -DifferenceStore backup | Should -BeNullOrEmpty
    }

    It 'ends after its time, with what it has done' {
        $done = Sync-KvTree -All -Store live -DestinationStore main -Timeout 1 -PassThru
        $done.Phase | Should -Be Following, Ended
        $done[-1].Written | Should -Be 3
        (Get-KvTree).Key | Should -Be app/db/host, app/name, application/x
    }

    It 'keeps a state that only its owner can read' -Skip:$IsWindows {
        Sync-KvTree app -Store live -DestinationStore backup -Once -StatePath $State
        (Get-Item $State).UnixFileMode | Should -Be 'UserWrite, UserRead'
        Get-Content $State -Raw | Should -Not -BeLike '*"Value"*'
        Get-ChildItem $TestFolder -Filter '*.tmp' | Should -BeNullOrEmpty
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'the same directory of the same store'; Arguments = @{ Path = 'app' } }
        @{ Name = 'a directory inside the source'; Arguments = @{ Path = 'app'; Destination = 'app/copy' } }
        @{ Name = 'a directory around the source'; Arguments = @{ Path = 'app/db'; Destination = 'app' } }
        @{ Name = 'everything to a directory of the same store'; Arguments = @{ All = $true; Destination = 'copy' } }
        @{ Name = 'an empty destination'; Arguments = @{ Path = 'app'; Destination = '' } }
        @{ Name = 'to say nothing'; Arguments = @{ All = $false; DestinationStore = 'main' } }
        @{ Name = 'no time'; Arguments = @{ Path = 'app'; DestinationStore = 'main'; Timeout = 0 } }
        @{ Name = 'a misspelt source that would empty the destination'; Arguments = @{ Path = 'ap'; Destination = 'app'; DestinationStore = 'backup'; Prune = $true; Force = $true } }
    ) {
        Set-KvValue app/kept 1 -Store backup
        (Get-ErrorOf { Sync-KvTree @Arguments -Store live -Once }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        Test-KvKey app/kept -Store backup | Should -BeTrue
        Get-KvTree copy -Store live -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'refuses the state of another mirror, and a file that is none, and names the file' {
        Sync-KvTree app -Store live -DestinationStore backup -Once -StatePath $State
        $before = Get-Content $State -Raw
        $failure = Get-ErrorOf { Sync-KvTree app other -Store live -DestinationStore backup -Once -StatePath $State }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        "$failure" | Should -BeLike "*another mirror*$State*"
        Get-Content $State -Raw | Should -Be $before
        Get-KvTree other -Store backup -ErrorAction Ignore | Should -BeNullOrEmpty

        Set-Content $State 'something else'
        $failure = Get-ErrorOf { Sync-KvTree app -Store live -DestinationStore backup -Once -StatePath $State }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvInvalidFile,*'
        "$failure" | Should -BeLike "*$State*"
        Get-Content $State | Should -Be 'something else'
    }

    It 'ends where the source was made anew, unless that is accepted' {
        $null = Connect-KvStore -Path (Join-Path $TestFolder one.db) -Name one
        'app/a', 'app/b' | Set-KvValue -Value 1 -Store one
        Sync-KvTree app -Store one -DestinationStore backup -Once -StatePath $State
        Disconnect-KvStore one
        Remove-Item (Join-Path $TestFolder one.db*)
        $null = Connect-KvStore -Path (Join-Path $TestFolder one.db) -Name one
        1..5 | ForEach-Object { Set-KvValue app/a new -Store one }
        $again = @{ Path = 'app'; Store = 'one'; DestinationStore = 'backup'; Once = $true; Prune = $true; Force = $true; StatePath = $State }
        $failure = Get-ErrorOf { Sync-KvTree @again }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvHistoryChanged,*'
        "$failure" | Should -BeLike '*-AcceptNewHistory*'
        Test-KvKey app/b -Store backup | Should -BeTrue
        Sync-KvTree @again -AcceptNewHistory
        (Get-KvTree app -Store backup).Key | Should -Be app/a
        Disconnect-KvStore one
    }

    It 'writes nothing with -WhatIf, no state either' {
        Sync-KvTree app -Store live -DestinationStore main -StatePath $State -WhatIf
        Get-KvTree | Should -BeNullOrEmpty
        Test-Path $State | Should -BeFalse
    }

    It 'keeps times to live where that is asked for' {
        $lease = New-KvLease 300 -Store live
        Set-KvValue app/leased 1 -Lease $lease -Store live
        Sync-KvTree app -Store live -DestinationStore main -Once -IncludeTtl
        (Get-KvValue app/leased).LeaseId | Should -Not -BeNullOrEmpty
        (Get-KvValue app/name).LeaseId | Should -BeNullOrEmpty
        Sync-KvTree app -Store live -DestinationStore main -Once
        (Get-KvValue app/leased).LeaseId | Should -BeNullOrEmpty
    }

    It 'tells of a store that is away and of its return' -Tag etcd {
        $url = Start-TestServer
        $null = Connect-KvStore $url -Name away -Timeout 2
        $server = $Started[-1]
        $line = 'Sync-KvTree app -Store live -DestinationStore away -PassThru'
        $seen = Invoke-Mirror $line {
            param($emitted)
            if ($emitted[-1].Phase -eq 'Away') {
                & kill -CONT $server.Id
            } elseif ($emitted[0].Phase -eq 'Following' -and $emitted.Count -eq 1) {
                & kill -STOP $server.Id
                Set-KvValue app/later 1 -Store live
            }

            $emitted.Count -ge 3
        }
        $seen.Emitted.Phase | Select-Object -First 3 | Should -Be Following, Away, Following
        $seen.Warning[0] | Should -BeLike 'The mirror is interrupted:*'
        $seen.Warning[1] | Should -BeLike 'The mirror continues after *'
        Test-KvKey app/later -Store away | Should -BeTrue
    } -Skip:$IsWindows
}
