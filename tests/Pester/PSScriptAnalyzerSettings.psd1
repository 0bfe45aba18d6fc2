# As for the other scripts (see the root's settings), but for what Pester's way of writing looks like to the analyzer.
@{
    Severity     = @('Error', 'Warning', 'Information')
    Rules        = @{
        PSAvoidUsingPositionalParameters = @{ Enable = $true; CommandAllowList = @('Join-Path', 'New-PSDrive', 'New-File', 'Assert-Completion', 'Start-Meddler', 'Invoke-Etcdctl') }
    }
    ExcludeRules = @(
        'PSUseBOMForUnicodeEncodedFile'

        # What BeforeAll and BeforeDiscovery assign is used in other blocks, which the rule does not follow.
        'PSUseDeclaredVarsMoreThanAssignments'

        # The rule takes a job's own parameters and loop variables for those of its caller.
        'PSUseUsingScopeModifierInNewRunspaces'

        # Functions of a test start and make what only the test has; there is nobody to ask.
        'PSUseShouldProcessForStateChangingFunctions'

        # Passwords are those of servers that live as long as the test.
        'PSAvoidUsingPlainTextForPassword'
        'PSAvoidUsingConvertToSecureStringWithPlainText'
        'PSAvoidUsingUsernameAndPasswordParams'
    )
}
