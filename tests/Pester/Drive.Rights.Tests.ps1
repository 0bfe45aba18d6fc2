BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    if ($Server) {
        $values = 'app', 'app/a', 'app/b/c', 'app/xa', 'app/xdir/y', 'application', 'ranged/b', 'ranged/z', 'lone/key', 'lone/other', 'dark/key'
        $values | ForEach-Object { $null = Invoke-Etcdctl put $_ "value of $_" }
        $lease = (Invoke-Etcdctl lease grant 600) -split ' ' | Select-Object -Skip 1 -First 1
        'leased/own', 'leased/other' | ForEach-Object { $null = Invoke-Etcdctl put --lease=$lease $_ 1 }
        $roles = @{
            directory = , @('--prefix=true', 'readwrite', 'app/')
            lone = , @('readwrite', 'lone/key')
            both = @('readwrite', 'app'), @('--prefix=true', 'readwrite', 'app/')
            ranged = , @('readwrite', 'ranged/a', 'ranged/m')
            names = , @('--prefix=true', 'readwrite', 'app/x')
            writer = , @('--prefix=true', 'write', 'dark/')
            emptied = , @('--prefix=true', 'readwrite', 'emptied/')
            courier = @('read', 'app/a'), @('--prefix=true', 'write', 'dark/')
            leased = , @('read', 'leased/own')
            nobody = @()
        }
        $null = Invoke-Etcdctl user add root:root
        $null = Invoke-Etcdctl user grant-role root root
        foreach ($role in $roles.GetEnumerator()) {
            $null = Invoke-Etcdctl user add "$($role.Key):p"
            $null = Invoke-Etcdctl role add $role.Key
            foreach ($grant in $role.Value) {
                $option, $permission = $grant.Where({ $_ -like '--*' }, 'Split')
                $null = Invoke-Etcdctl role grant-permission @option $role.Key @permission
            }

            $null = Invoke-Etcdctl user grant-role $role.Key $role.Key
        }

        $null = Invoke-Etcdctl auth enable
        $users = @($roles.Keys) + 'root'
        foreach ($user in $users) {
            $password = ConvertTo-SecureString ($user -eq 'root' ? 'root' : 'p') -AsPlainText -Force
            $null = Connect-KvStore $Server -Credential ([pscredential]::new($user, $password)) -Name $user
        }
    }

    # What a command gives and the ids of its errors, in one line.
    function Get-Outcome([scriptblock] $Command) {
        $output = try { & $Command 2>&1 } catch { $_ }
        $failures = @($output | Where-Object { $_ -is [Management.Automation.ErrorRecord] } | ForEach-Object { ($_.FullyQualifiedErrorId -split ',')[0] })
        @(@($output | Where-Object { $_ -isnot [Management.Automation.ErrorRecord] } | ForEach-Object { "$_" }) + $failures) -join ' '
    }

    function Get-Completion([string] $Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText -replace '\\', '/' }
}

AfterAll {
    Set-Location $PSScriptRoot
    Stop-TestServer
}

Describe 'The rights that the drive needs are those of the cmdlets' -Tag etcd {
    AfterEach { Set-Location $PSScriptRoot }

    It '<User>: <Command>' -ForEach @(
        # A right to all below app/, and none to the key app.
        @{ User = 'directory'; Command = { (Get-ChildItem kv:/app).PSChildName }; Gives = 'a b xa xdir' }
        @{ User = 'directory'; Command = { (Get-ChildItem kv:/app -Recurse).PSPath -replace '.*app.' }; Gives = 'a b b/c xa xdir xdir/y' }
        @{ User = 'directory'; Command = { Get-ChildItem kv:/app -Name }; Gives = 'a b xa xdir' }
        @{ User = 'directory'; Command = { (Get-ChildItem kv:/app/x*).PSChildName }; Gives = 'xa xdir' }
        @{ User = 'directory'; Command = { Set-Location kv:/app; (Get-ChildItem).PSChildName }; Gives = 'a b xa xdir' }
        @{ User = 'directory'; Command = { Set-Location kv:/app; Set-Location b; Get-Content c }; Gives = 'value of app/b/c' }
        @{ User = 'directory'; Command = { Test-Path kv:/app }; Gives = 'True' }
        @{ User = 'directory'; Command = { Test-Path kv:/app -PathType Container }; Gives = 'True' }
        @{ User = 'directory'; Command = { Test-Path kv:/app/none }; Gives = 'False' }
        @{ User = 'directory'; Command = { (Get-Item kv:/app).GetType().Name }; Gives = 'KvDirectory' }
        @{ User = 'directory'; Command = { Get-Content kv:/app }; Gives = 'KvPermissionDenied' }
        @{ User = 'directory'; Command = { Get-Content kv:/app/* -ErrorAction Ignore }; Gives = 'value of app/a value of app/xa' }
        @{ User = 'directory'; Command = { Get-ChildItem kv:/ }; Gives = 'KvPermissionDenied' }
        @{ User = 'directory'; Command = { Get-ChildItem kv:/lone }; Gives = 'KvPermissionDenied' }
        @{ User = 'directory'; Command = { Test-Path kv:/lone }; Gives = 'False KvPermissionDenied' }
        @{ User = 'directory'; Command = { Set-Content kv:/app/new 1; Get-Content kv:/app/new; Move-Item kv:/app/new kv:/app/newer; Remove-Item kv:/app/newer }; Gives = '1' }
        @{ User = 'directory'; Command = { New-Item kv:/app/n/1 -Value 1 | Out-Null; Copy-Item kv:/app/n kv:/app/o -Recurse; Remove-Item kv:/app/n, kv:/app/o -Recurse }; Gives = '' }

        # A right to one key.
        @{ User = 'lone'; Command = { Get-Content kv:/lone/key }; Gives = 'value of lone/key' }
        @{ User = 'lone'; Command = { (Get-Item kv:/lone/key).Value }; Gives = 'value of lone/key' }
        @{ User = 'lone'; Command = { (Get-ChildItem kv:/lone/key).Value }; Gives = 'value of lone/key' }
        @{ User = 'lone'; Command = { (Get-ItemProperty kv:/lone/key).Key }; Gives = 'lone/key' }
        @{ User = 'lone'; Command = { Test-Path kv:/lone/key }; Gives = 'True' }
        @{ User = 'lone'; Command = { Test-Path kv:/lone/key -PathType Leaf }; Gives = 'True' }
        @{ User = 'lone'; Command = { Test-Path kv:/lone }; Gives = 'False KvPermissionDenied' }
        @{ User = 'lone'; Command = { Set-Location kv:/lone }; Gives = 'KvPermissionDenied PathNotFound' }
        @{ User = 'lone'; Command = { Get-ChildItem kv:/lone }; Gives = 'KvPermissionDenied' }
        @{ User = 'lone'; Command = { Get-ChildItem kv:/lone/* }; Gives = 'KvPermissionDenied' }
        @{ User = 'lone'; Command = { Set-Content kv:/lone/key 2; Add-Content kv:/lone/key 3; Get-Content kv:/lone/key }; Gives = '2 3' }
        @{ User = 'lone'; Command = { Clear-Content kv:/lone/key; Set-Item kv:/lone/key 4; Get-Content kv:/lone/key }; Gives = '4' }
        @{ User = 'lone'; Command = { Remove-Item kv:/lone/key; Test-Path kv:/lone/key; Get-Content kv:/lone/key }; Gives = 'False PathNotFound' }
        @{ User = 'lone'; Command = { New-Item kv:/lone/key -Value 5 | Out-Null; Get-Content kv:/lone/key }; Gives = '5' }

        # Rights to the key and to the directory of one name.
        @{ User = 'both'; Command = { (Get-ChildItem kv:/app).PSChildName; Get-Content kv:/app }; Gives = 'a b xa xdir value of app' }
        @{ User = 'both'; Command = { (Get-Item kv:/app).GetType().Name }; Gives = 'KvPair' }

        # A right to some keys of a directory.
        @{ User = 'ranged'; Command = { Get-Content kv:/ranged/b }; Gives = 'value of ranged/b' }
        @{ User = 'ranged'; Command = { Get-Content kv:/ranged/z }; Gives = 'KvPermissionDenied' }
        @{ User = 'ranged'; Command = { Get-ChildItem kv:/ranged }; Gives = 'KvPermissionDenied' }
        @{ User = 'ranged'; Command = { (Get-ChildItem kv:/ranged/b*).PSChildName }; Gives = 'b' }
        @{ User = 'names'; Command = { (Get-ChildItem kv:/app/x*).PSChildName }; Gives = 'xa xdir' }
        @{ User = 'names'; Command = { (Get-ChildItem kv:/app/xdir).PSChildName }; Gives = 'y' }
        @{ User = 'names'; Command = { Get-ChildItem kv:/app/a* }; Gives = 'KvPermissionDenied' }

        # A right to write, and none to read.
        @{ User = 'writer'; Command = { Set-Content kv:/dark/key 1; Set-Item kv:/dark/key 2; New-Item kv:/dark/key -Value 3 -Force | Out-Null }; Gives = '' }
        @{ User = 'courier'; Command = { Copy-Item kv:/app/a kv:/dark/copied }; Gives = '' }
        @{ User = 'writer'; Command = { Get-Content kv:/dark/key }; Gives = 'KvPermissionDenied' }
        @{ User = 'writer'; Command = { Get-ChildItem kv:/dark }; Gives = 'KvPermissionDenied' }
        @{ User = 'writer'; Command = { Test-Path kv:/dark/key }; Gives = 'False KvPermissionDenied' }
        @{ User = 'writer'; Command = { Remove-Item kv:/dark/key }; Gives = '' }
        @{ User = 'writer'; Command = { Set-Content kv:/dark/key 1; Remove-Item kv:/dark/key -Recurse }; Gives = '' }

        # A right to one of the keys of a lease. From etcd 3.5 on its time to live is told only to whoever may read all of them.
        @{ User = 'leased'; Command = { (Get-ItemProperty kv:/leased/own).Key }; Gives = 'leased/own' }

        # A right to a directory in which nothing lies.
        @{ User = 'emptied'; Command = { Get-KvTree emptied }; Gives = 'KvKeyNotFound' }
        @{ User = 'emptied'; Command = { Test-Path kv:/emptied }; Gives = 'False' }
        @{ User = 'emptied'; Command = { Get-ChildItem kv:/emptied }; Gives = 'PathNotFound' }
        @{ User = 'emptied'; Command = { Remove-KvTree emptied -Confirm:$false }; Gives = 'KvPermissionDenied' }

        @{ User = 'nobody'; Command = { Get-Content kv:/app/a }; Gives = 'KvPermissionDenied' }
        @{ User = 'nobody'; Command = { Get-Item kv:/app }; Gives = 'KvPermissionDenied' }
        @{ User = 'nobody'; Command = { Set-Content kv:/app/a 1 }; Gives = 'KvPermissionDenied' }
        @{ User = 'nobody'; Command = { Remove-Item kv:/app/a }; Gives = 'KvPermissionDenied' }
    ) {
        $null = Select-KvStore $User
        Get-Outcome $Command | Should -BeExactly $Gives
    }

    It 'a further drive of a directory needs rights to that directory alone' {
        $null = Select-KvStore directory
        try {
            (New-PSDrive mine Kv -Root app).Name | Should -Be mine
            Get-Outcome { (Get-ChildItem mine:/).PSChildName; Test-Path mine:/; Get-Content mine:/a } | Should -Be 'a b xa xdir True value of app/a'
        } finally {
            Remove-PSDrive mine -Force -ErrorAction Ignore
        }
    }

    It 'completion reads no more than it shows: <User>, <Line>' -ForEach @(
        @{ User = 'directory'; Line = 'Get-ChildItem kv:/app/'; Gives = 'kv:/app/a', 'kv:/app/b', 'kv:/app/xa', 'kv:/app/xdir' }
        @{ User = 'directory'; Line = 'Get-Content kv:/app/x'; Gives = 'kv:/app/xa', 'kv:/app/xdir' }
        @{ User = 'names'; Line = 'Get-Content kv:/app/x'; Gives = 'kv:/app/xa', 'kv:/app/xdir' }
        @{ User = 'names'; Line = 'Get-Content kv:/app/xd'; Gives = 'kv:/app/xdir' }
        @{ User = 'names'; Line = 'Get-KvValue app/x'; Gives = 'app/xa', 'app/xdir/' }
        @{ User = 'directory'; Line = 'Get-KvValue app'; Gives = 'app/' }
        @{ User = 'directory'; Line = 'Get-KvTree app'; Gives = 'app/' }
        @{ User = 'directory'; Line = 'Get-KvTree app/'; Gives = 'app/b/', 'app/xdir/' }
        @{ User = 'nobody'; Line = 'Get-KvValue app'; Gives = @() }
    ) {
        $null = Select-KvStore $User
        (Get-Completion $Line) -join ' ' | Should -BeExactly ($Gives -join ' ')
    }
}
