using System.Management.Automation;
using System.Net;
using System.Security;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The base of cmdlets that accept a user's password, as a SecureString, so no history and no transcript contains it.</summary>
public abstract class KvPasswordCmdlet : KvAccessCmdlet
{
    private protected const string PasswordSet = "Password";
    private protected const string CredentialSet = "Credential";

    /// <summary>The password.</summary>
    [Parameter(ParameterSetName = PasswordSet, Mandatory = true, Position = 1)]
    [Secret]
    public SecureString? Password { get; set; }

    /// <summary>The user and the password, as from Get-Credential.</summary>
    [Parameter(ParameterSetName = CredentialSet, Mandatory = true)]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Gets the password as text. An empty password is refused, because anyone who knows the name could sign in with it.</summary>
    private protected string PlainPassword()
    {
        var plain = new NetworkCredential("", ParameterSetName == CredentialSet ? Credential!.Password : Password).Password;
        if (plain.Length == 0)
        {
            Fail(ErrorRecords.InvalidArgument("The password must not be empty. New-KvUser -NoPassword creates a user that signs in only with a client certificate."));
        }

        return plain;
    }
}
