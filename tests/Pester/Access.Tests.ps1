# Users, roles and permissions of an etcd, each step seen by etcdctl.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $Server = Start-TestServer
    if ($Server) {
        $null = Connect-KvStore $Server -Name open
    }

    function Get-Password { ConvertTo-SecureString $args[0] -AsPlainText -Force }
}

AfterAll { Stop-TestServer }

Describe 'Users, roles and permissions' -Tag etcd {
    It 'are changed, and not with -WhatIf' {
        New-KvUser ann (Get-Password first) -WhatIf
        Get-KvUser | Should -BeNullOrEmpty
        foreach ($team in 'red', 'green', 'blue') {
            New-KvRole $team
            New-KvUser "user-$team" (Get-Password "first-$team")
            Grant-KvRole $team "user-$team"
            Grant-KvPermission $team $team -Access ReadWrite
        }

        (Get-KvUser).Name | Should -Be 'user-blue', 'user-green', 'user-red'
        (Get-KvUser user-red).Roles | Should -Be red
        (Invoke-Etcdctl user list) | Should -Be 'user-blue', 'user-green', 'user-red'
        ((Get-KvRole red).Permissions | ForEach-Object { "$($_.Start)-$($_.End)" }) | Should -Be 'red-', 'red/-red0'
        (Invoke-Etcdctl role get red) -join ' ' | Should -BeLike '*red/*'
    }

    It 'are refused by name, and without the password' {
        $failure = Get-ErrorOf { New-KvUser user-red (Get-Password hidden-word) }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvUserExists,*'
        "$failure $($failure.Exception)" | Should -BeLike '*user-red*'
        "$failure $($failure.Exception)" | Should -Not -BeLike '*hidden-word*'
        "$failure" | Should -BeLike '*Set-KvUser user-red *'
        $failure = Get-ErrorOf { Set-KvUser none (Get-Password hidden-word) }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvUserNotFound,*'
        "$failure" | Should -BeLike '*Get-KvUser *'
        $failure = Get-ErrorOf { New-KvRole red }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvRoleExists,*'
        "$failure" | Should -BeLike '*Grant-KvPermission red *'
        $failure = Get-ErrorOf { Grant-KvRole none user-red }
        $failure.FullyQualifiedErrorId | Should -BeLike 'KvRoleNotFound,*'
        "$failure" | Should -BeLike '*Get-KvRole *'
    }

    It 'count once the store asks for users, which it does only if root can sign in' {
        $root = [pscredential]::new('root', (Get-Password of-root))
        (Get-ErrorOf { Enable-KvAuthentication $root -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'KvUserNotFound,*'
        New-KvUser root (Get-Password another)
        (Get-ErrorOf { Enable-KvAuthentication $root -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'KvInvalidArgument,*'
        New-KvRole root
        Grant-KvRole root root
        Enable-KvAuthentication $root -Confirm:$false

        $null = Connect-KvStore $Server -Name root -Credential $root
        $null = Connect-KvStore $Server -Name red -Credential ([pscredential]::new('user-red', (Get-Password first-red)))
        Set-KvValue red/a 1 -Store red
        (Get-ErrorOf { Set-KvValue redder 1 -Store red }).FullyQualifiedErrorId | Should -BeLike 'KvPermissionDenied,*'
        (Get-ErrorOf { Set-KvValue green/a 1 -Store red }).FullyQualifiedErrorId | Should -BeLike 'KvPermissionDenied,*'

        # The server itself says that it has changed this one.
        New-KvUser by-certificate -NoPassword -Store root
        "$(Get-ErrorOf { Set-KvUser by-certificate (Get-Password hidden-word) -Store root })" | Should -BeLike '*without a password*'
        Remove-KvUser by-certificate -Store root -Confirm:$false

        Set-KvUser user-red (Get-Password second-red) -Store root
        (Invoke-Etcdctl --user user-red:second-red get red/a --print-value-only) | Should -Be 1

        Revoke-KvPermission red red -Store root
        (Get-KvRole red -Store root).Permissions | Should -BeNullOrEmpty
        Revoke-KvRole red user-red -Store root
        Remove-KvUser user-red -Store root -Confirm:$false
        Remove-KvRole red -Store root -Confirm:$false
        Disable-KvAuthentication -Store root -Confirm:$false
        (Invoke-Etcdctl role list) | Should -Be 'blue', 'green', 'root'
    }
}
