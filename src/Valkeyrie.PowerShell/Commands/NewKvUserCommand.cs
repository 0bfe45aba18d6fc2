using System.Management.Automation;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Adds a user to a store.</summary>
[Cmdlet(VerbsCommon.New, "KvUser", DefaultParameterSetName = PasswordSet, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class NewKvUserCommand : KvPasswordCmdlet
{
    private const string NoPasswordSet = "NoPassword";

    /// <summary>The name of the user.</summary>
    [Parameter(ParameterSetName = PasswordSet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = NoPasswordSet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("UserName")]
    public string Name { get; set; } = "";

    /// <summary>Add the user without a password. It signs in with a client certificate that names it.</summary>
    [Parameter(ParameterSetName = NoPasswordSet, Mandatory = true)]
    public SwitchParameter NoPassword { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var name = ParameterSetName == CredentialSet ? Credential!.UserName : Name;
        if (ParameterSetName == NoPasswordSet && !NoPassword)
        {
            Fail(ErrorRecords.InvalidArgument("-NoPassword is false, and no password was specified. Specify -Password or -NoPassword.", name));
        }

        var password = NoPassword ? null : PlainPassword();
        Change(name, "Add user", access => access.AddUserAsync(name, password, StopToken));
    }
}
