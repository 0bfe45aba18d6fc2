BeforeDiscovery {
    $NoSignals = [bool] $IsWindows

    # A process that was started by nohup ignores SIGHUP, and so do all that it starts.
    $signals = @(@{ Signal = 'TERM'; Code = 143; Ignored = $false }, @{ Signal = 'HUP'; Code = 129; Ignored = -not $NoSignals -and "$(bash -c trap)" -match 'HUP' })
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    $null = Connect-KvStore $Server -Name observer

    # A PowerShell that runs a script file and is the very process that signals go to, be it installed as a program or as a tool of .NET.
    function Start-Holder([string] $Name, [string] $Script) {
        $file = Join-Path $TestFolder "$Name.ps1"
        Set-Content $file "Import-Module '$ModulePath'`n`$null = Connect-KvStore $Server`n$Script"
        $program = [Environment]::ProcessPath
        $own = [IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet' ? @((Join-Path $PSHOME pwsh.dll)) : @()
        Start-TestProcess $program ($own + '-NoProfile', '-NonInteractive', '-File', $file)
    }

    # Reads on until a line comes.
    function Wait-Line($Process, [string] $Line) {
        do {
            $read = $Process.StandardOutput.ReadLine()
            if ($null -eq $read) { throw "It ended before '$Line': $($Process.StandardError.ReadToEnd())" }
        } until ($read -eq $Line)
    }

    # Asks a process to end; what it wrote after that, and how it ended. Fails where it does not end by itself in good time.
    function Stop-Holder($Process, [string] $Signal) {
        & kill "-$Signal" $Process.Id
        $Process.WaitForExit(30000) | Should -BeTrue -Because 'the end waits no longer than it must'
        [pscustomobject]@{
            ExitCode = $Process.ExitCode
            Output   = @($Process.StandardOutput.ReadToEnd() -split '\r?\n' | Where-Object { $_ })
            Errors   = $Process.StandardError.ReadToEnd()
        }
    }

    function Get-TestKey([string] $Prefix) { Invoke-Etcdctl get --prefix $Prefix --keys-only | Where-Object { $_ } }
}

AfterAll { Stop-TestServer }

# Time to live is ten minutes throughout: what is gone at once was given up, not left to expire.
Describe 'A process that is asked to end' -Tag etcd -Skip:$NoSignals {
    It 'gives up its locks, kept keys and kept leases at once by SIG<Signal>, and ends as ever' -ForEach $signals {
        if ($Ignored) {
            Set-ItResult -Skipped -Because "these tests ignore SIG$Signal"
            return
        }

        $holder = Start-Holder "held-$Signal" @"
            `$lock = Lock-KvKey $Signal/lock -Ttl 600
            Set-KvValue $Signal/kept 1 -Ttl 600 -KeepAlive
            `$lease = New-KvLease 600 -KeepAlive
            Set-KvValue $Signal/leased 1 -Lease `$lease.Id
            'ready'
            Start-Sleep 600
            'after'
"@
        Wait-Line $holder ready
        Get-TestKey "$Signal/" | Should -HaveCount 3
        $end = Stop-Holder $holder $Signal
        Get-TestKey "$Signal/" | Should -BeNullOrEmpty
        $end.ExitCode | Should -Be $Code
        $end.Output | Should -BeNullOrEmpty
        $end.Errors | Should -BeNullOrEmpty
    }

    It 'stops the block of Use-KvLock, whose finally runs, and nothing after it' {
        $holder = Start-Holder block @'
            try { Use-KvLock block -Ttl 600 { 'ready'; try { Start-Sleep 600 } finally { 'finally' } } } catch { 'caught' }
            'after'
'@
        Wait-Line $holder ready
        $end = Stop-Holder $holder TERM
        Get-TestKey block___lock/ | Should -BeNullOrEmpty
        $end.ExitCode | Should -Be 143
        $end.Output | Should -Not -Contain caught
        $end.Output | Should -Not -Contain after
        $end.Errors | Should -BeNullOrEmpty
    }

    It 'leaves the queue while it waits for a lock, and goes on to nothing' {
        $held = Lock-KvKey queue
        $holder = Start-Holder queue @'
            'ready'
            $lock = Lock-KvKey queue -Ttl 600
            'after'
'@
        Wait-Line $holder ready
        Wait-Until { @(Get-TestKey queue___lock/).Count -eq 2 } 'it has lined up'
        $end = Stop-Holder $holder TERM
        @(Get-TestKey queue___lock/).Count | Should -Be 1
        $end.ExitCode | Should -Be 143
        $end.Output | Should -BeNullOrEmpty
        $end.Errors | Should -BeNullOrEmpty
        Unlock-KvKey $held
    }

    It 'gives up the locks of an embedded store' {
        $file = Join-Path $TestFolder 'ended.db'
        $holder = Start-Holder embedded "`$null = Connect-KvStore -Path '$file'; `$lock = Lock-KvKey a -Ttl 600; 'ready'; Start-Sleep 600"
        Wait-Line $holder ready
        $store = Connect-KvStore -Path $file -Name ended
        (Get-ErrorOf { Lock-KvKey a -Timeout 0 -Store $store }).FullyQualifiedErrorId | Should -BeLike 'KvCannotLock,*'
        (Stop-Holder $holder TERM).ExitCode | Should -Be 143
        Lock-KvKey a -Timeout 0 -Store $store -ErrorAction Stop | Unlock-KvKey
        Disconnect-KvStore $store
        $null = Connect-KvStore $Server -Name again
    }

    It 'ends in good time when the server does not answer' {
        $away = Start-TestServer
        $awayServer = $Started[-1]
        $holder = Start-Holder away "`$null = Connect-KvStore $away -Name away; `$lock = Lock-KvKey a -Ttl 600; 'ready'; Start-Sleep 600; 'after'"
        Wait-Line $holder ready
        & kill -STOP $awayServer.Id
        try {
            $end = Stop-Holder $holder TERM
            $end.ExitCode | Should -Be 143
            $end.Output | Should -BeNullOrEmpty
        } finally {
            & kill -CONT $awayServer.Id
        }
    }

    It 'keeps what it holds under nohup when its terminal is closed' {
        $file = Join-Path $TestFolder 'nohup.ps1'
        Set-Content $file "Import-Module '$ModulePath'; `$null = Connect-KvStore $Server; `$lock = Lock-KvKey nohup -Ttl 600; 'ready'; Start-Sleep 600"
        $program = [Environment]::ProcessPath
        $own = [IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet' ? @((Join-Path $PSHOME pwsh.dll)) : @()
        $holder = Start-TestProcess nohup (@($program) + $own + '-NoProfile', '-NonInteractive', '-File', $file)
        Wait-Line $holder ready
        & kill -HUP $holder.Id
        $holder.WaitForExit(500) | Should -BeFalse
        @(Get-TestKey nohup___lock/).Count | Should -Be 1
        (Stop-Holder $holder TERM).ExitCode | Should -Be 143
        Get-TestKey nohup___lock/ | Should -BeNullOrEmpty
    }
}

Describe 'A process whose console is closed' -Skip:(-not $NoSignals) -Tag etcd {
    It 'gives up its locks, kept keys and kept leases at once' {
        $file = Join-Path $TestFolder closed.ps1
        Set-Content $file @"
            Import-Module '$ModulePath'
            `$null = Connect-KvStore $Server
            `$lock = Lock-KvKey closed/lock -Ttl 600
            Set-KvValue closed/kept 1 -Ttl 600 -KeepAlive
            `$lease = New-KvLease 600 -KeepAlive
            Set-KvValue closed/leased 1 -Lease `$lease.Id
            Start-Sleep 600
"@

        # A window of its own: to close the tests' own console would end them.
        $holder = Start-Process $Pwsh -ArgumentList '-NoProfile', '-NonInteractive', '-File', "`"$file`"" -WindowStyle Minimized -PassThru
        $Started.Add($holder)
        Wait-Until { @(Get-TestKey closed/).Count -eq 3 } 'the holder holds'
        $holder.Refresh()
        $holder.CloseMainWindow() | Should -BeTrue -Because 'the holder has a console window to close'
        $holder.WaitForExit(30000) | Should -BeTrue -Because 'Windows ends a process whose console is closed'
        Get-TestKey closed/ | Should -BeNullOrEmpty
    }
}
