using System.Management.Automation;
using System.Net;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Has a store ask for users. It sets the password of <c>root</c> first, so that whoever locks the others out can sign in.</summary>
[Cmdlet(VerbsLifecycle.Enable, "KvAuthentication", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class EnableKvAuthenticationCommand : KvAccessCmdlet
{
    private const string Root = "root";

    /// <summary>The user <c>root</c> with the password that it is to have.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Credential]
    public PSCredential Credential { get; set; } = PSCredential.Empty;

    /// <inheritdoc/>
    protected override void Process()
    {
        // Before it is enabled the store checks no password: that root's is known can only be seen to by setting it.
        var password = Credential == PSCredential.Empty ? "" : new NetworkCredential("", Credential.Password).Password;
        if (Credential.UserName != Root || password.Length == 0)
        {
            Fail(ErrorRecords.InvalidArgument($"-Credential is not one of the user {Root} with a password. Specify the password that {Root} is to have."));
        }

        Change(Target.Info.Address, $"Set the password of {Root} and ask for users: whoever has no user is locked out", async access =>
        {
            if (!(await access.GetUserAsync(Root, StopToken).ConfigureAwait(false)).Roles.Contains(Root))
            {
                throw new KvInvalidArgumentException($"The user {Root} has not the role {Root}. Nothing was changed. New-KvRole {Root} and Grant-KvRole {Root} {Root} make it so.");
            }

            await access.SetPasswordAsync(Root, password, StopToken).ConfigureAwait(false);
            await access.EnableAuthenticationAsync(StopToken).ConfigureAwait(false);
        });
    }
}
