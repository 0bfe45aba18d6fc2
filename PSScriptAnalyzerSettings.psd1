# Every rule, at every severity. What is left out says why.
@{
    Severity     = @('Error', 'Warning', 'Information')
    Rules        = @{
        # The parts of a path read as a path; and functions of the scripts' own are called as functions.
        PSAvoidUsingPositionalParameters = @{ Enable = $true; CommandAllowList = @('Join-Path', 'Find-GalleryModule', 'Format-Text') }
    }
    ExcludeRules = @(
        # Files are UTF-8 without a mark, as .editorconfig has it: the scripts are for PowerShell 7, which needs none.
        'PSUseBOMForUnicodeEncodedFile'
    )
}
