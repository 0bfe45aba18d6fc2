using System.Management.Automation;
using System.Net;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Enables the authentication of a store. The command first sets the password of <c>root</c>, so the administrator can sign in afterwards.</summary>
[Cmdlet(VerbsLifecycle.Enable, "KvAuthentication", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class EnableKvAuthenticationCommand : KvAccessCmdlet
{
    private const string Root = "root";

    /// <summary>The user <c>root</c> and its new password.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Credential]
    public PSCredential Credential { get; set; } = PSCredential.Empty;

    /// <inheritdoc/>
    protected override void Process()
    {
        var password = Credential == PSCredential.Empty ? "" : new NetworkCredential("", Credential.Password).Password;
        if (Credential.UserName != Root || password.Length == 0)
        {
            Fail(ErrorRecords.InvalidArgument($"-Credential must name the user {Root} and have a password. Specify the password for {Root}."));
        }

        Change(
            Target.Info.Address,
            $"Set the password of {Root} and require users to sign in: clients without a user are locked out",
            access => access.EnableAuthenticationAsync(password, StopToken));
    }
}
