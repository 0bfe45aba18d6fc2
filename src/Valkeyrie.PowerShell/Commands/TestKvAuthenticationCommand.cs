using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Tells whether a store asks for users.</summary>
[Cmdlet(VerbsDiagnostic.Test, "KvAuthentication")]
[OutputType(typeof(bool))]
public sealed class TestKvAuthenticationCommand : KvAccessCmdlet
{
    /// <inheritdoc/>
    protected override void Process() => ReportErrors(Target.Info.Address, () => WriteObject(Wait(Accounts.IsAuthenticationEnabledAsync(StopToken))));
}
