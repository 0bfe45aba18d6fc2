using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Tests whether a store requires users to sign in.</summary>
[Cmdlet(VerbsDiagnostic.Test, "KvAuthentication")]
[OutputType(typeof(bool))]
public sealed class TestKvAuthenticationCommand : KvAccessCmdlet
{
    /// <inheritdoc/>
    protected override void Process() => ReportErrors(Target.Info.Address, () => WriteObject(Wait(Accounts.IsAuthenticationEnabledAsync(StopToken))));
}
