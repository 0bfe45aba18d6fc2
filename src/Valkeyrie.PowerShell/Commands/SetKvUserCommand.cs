using System.Management.Automation;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Changes the password of a user.</summary>
[Cmdlet(VerbsCommon.Set, "KvUser", DefaultParameterSetName = PasswordSet, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class SetKvUserCommand : KvPasswordCmdlet
{
    /// <summary>The name of the user.</summary>
    [Parameter(ParameterSetName = PasswordSet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("UserName")]
    [ArgumentCompleter(typeof(UserCompleter))]
    public string Name { get; set; } = "";

    /// <inheritdoc/>
    protected override void Process()
    {
        var name = ParameterSetName == CredentialSet ? Credential!.UserName : Name;
        var password = PlainPassword();
        Change(name, "Change password of user", access => access.SetPasswordAsync(name, password, StopToken));
    }
}
