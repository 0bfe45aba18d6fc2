# The pages of cmdlets: the facts come from the cmdlet, the sentences from its page.

# A cmdlet's help with the texts of its page. Missing texts, or a missing page, become placeholders in double braces.
function Get-CommandPage([Management.Automation.CommandInfo] $Command, [string] $Path) {
    $help = New-CommandHelp $Command
    $help.Syntax | ForEach-Object { $_.HasCmdletBinding = $true }
    $sets = @($help.Syntax | Sort-Object { -not $_.IsDefaultParameterSet }, ParameterSetName)
    $help.Syntax.Clear()
    $sets | ForEach-Object { $help.Syntax.Add($_) }
    $help.Metadata.Remove('ms.date')
    $hidden = @($help.Parameters | Where-Object { Test-Hidden $Command.Parameters[$_.Name] })
    $hidden | ForEach-Object { $null = $help.Parameters.Remove($_) }
    $help.Parameters | ForEach-Object { Add-Fact $_ $Command.Parameters[$_.Name] }
    Clear-Text $help
    if (Test-Path $Path) {
        Add-Text $help (Import-MarkdownCommandHelp $Path)
    }

    $help
}

# Writes a cmdlet's help as its page.
function Export-CommandPage($Help, [string] $Folder) {
    # PlatyPS writes into a folder of the module's name.
    $written = $Help | Export-MarkdownCommandHelp -OutputFolder (Join-Path $Folder out) -Force
    $text = (Get-Content $written -Raw) -replace '\r\n', "`n" -replace '(?m)^ms\.date:.*\n' -replace '## ALIASES\n\n(.*\n)*?(?=## )' -replace '\n{3,}', "`n`n"
    Set-Content (Join-Path $Folder "$($Help.Title).md") "$($text.TrimEnd())`n" -NoNewline
    Remove-Item (Join-Path $Folder out) -Recurse
}

function Test-Hidden($Parameter) {
    $null -ne $Parameter -and -not ($Parameter.Attributes | Where-Object { $_ -is [Management.Automation.ParameterAttribute] -and -not $_.DontShow })
}

# The facts that PlatyPS does not read from a parameter.
function Add-Fact($Described, $Parameter) {
    $Described.Type = $Described.Type -replace '^System\.Nullable`1\[(.+)\]$', '$1'
    $Described.SupportsWildcards = [bool]($Parameter.Attributes | Where-Object { $_ -is [Management.Automation.SupportsWildcardsAttribute] })
    $set = $Parameter.Attributes | Where-Object { $_ -is [Management.Automation.ValidateSetAttribute] }
    $names = $set ? $set.ValidValues : $Parameter.ParameterType.IsEnum ? $Parameter.ParameterType.GetEnumNames() : @()
    $Described.AcceptedValues.Clear()
    $Described.AcceptedValues.AddRange([string[]]$names)
}

# PlatyPS reads the help of the staged module, which was created from older pages.
function Clear-Text($Help) {
    'Synopsis', 'Description', 'Notes' | ForEach-Object { $Help.$_ = "{{ Fill in the $_ }}" }
    'Examples', 'RelatedLinks' | ForEach-Object { $Help.$_.Clear() }
    foreach ($parameter in $Help.Parameters) {
        $parameter.Description = "{{ Fill in what -$($parameter.Name) means }}"
        $parameter.DefaultValue = ''
    }
}

function Add-Text($Help, $Page) {
    'Synopsis', 'Description', 'Notes' | ForEach-Object { $Help.$_ = $Page.$_ }
    'Examples', 'RelatedLinks' | ForEach-Object { $Help.$_.AddRange($Page.$_) }
    foreach ($parameter in $Help.Parameters) {
        $text = $Page.Parameters | Where-Object Name -EQ $parameter.Name
        if ($text) {
            $parameter.Description = $text.Description
            $parameter.DefaultValue = $text.DefaultValue
        }
    }

    # A cmdlet reports the types of its parameters; the page states which of them to pipe.
    'Inputs', 'Outputs' | ForEach-Object {
        $Help.$_.Clear()
        $Help.$_.AddRange($Page.$_)
    }
}
