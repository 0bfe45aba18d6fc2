using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Tells of each key whether it exists.</summary>
[Cmdlet(VerbsDiagnostic.Test, "KvKey")]
[OutputType(typeof(bool))]
public sealed class TestKvKeyCommand : KvRequestCmdlet<string, bool>
{
    /// <summary>The keys.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [TextOf("Key")]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string[] Key { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessInput()
    {
        foreach (var key in Key)
        {
            Request(key, key);
        }
    }

    /// <inheritdoc/>
    protected override ValueTask<bool> Send(string request) => Target.ExistsAsync(request, null, StopToken);

    /// <inheritdoc/>
    protected override void Answer(string request, bool answer) => WriteObject(answer);
}
