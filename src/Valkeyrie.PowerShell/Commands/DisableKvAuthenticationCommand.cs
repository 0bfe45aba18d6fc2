using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Disables the authentication of a store: every client can then read and change everything.</summary>
[Cmdlet(VerbsLifecycle.Disable, "KvAuthentication", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class DisableKvAuthenticationCommand : KvAccessCmdlet
{
    /// <inheritdoc/>
    protected override void Process() => Change(Target.Info.Address, "Let everyone read and change everything without signing in", access => access.DisableAuthenticationAsync(StopToken));
}
