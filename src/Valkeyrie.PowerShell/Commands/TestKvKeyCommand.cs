using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Tests whether keys exist.</summary>
[Cmdlet(VerbsDiagnostic.Test, "KvKey")]
[OutputType(typeof(bool))]
public sealed class TestKvKeyCommand : KvKeyCmdlet<bool>
{
    /// <inheritdoc/>
    protected override ValueTask<bool> Send(string request) => Target.ExistsAsync(request, null, StopToken);

    /// <inheritdoc/>
    protected override void Answer(string request, bool answer) => WriteObject(answer);
}
