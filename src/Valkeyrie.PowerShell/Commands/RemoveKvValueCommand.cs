using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Removes keys.</summary>
[Cmdlet(VerbsCommon.Remove, "KvValue", SupportsShouldProcess = true)]
[OutputType(typeof(string))]
public sealed class RemoveKvValueCommand : KvRequestCmdlet<string, bool>
{
    private bool _conditional;

    /// <summary>The keys.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [TextOf("Key")]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string[] Key { get; set; } = [];

    /// <summary>Remove only if the key is still at this revision.</summary>
    [Parameter]
    public long IfRevision { get; set; }

    /// <summary>Emit the keys that were removed.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    private protected override bool CanBeRecorded => true;

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        _conditional = MyInvocation.BoundParameters.ContainsKey(nameof(IfRevision));
    }

    /// <inheritdoc/>
    protected override void ProcessInput()
    {
        foreach (var key in Key)
        {
            if (ShouldProcess(key, "Remove key"))
            {
                Request(key, key);
            }
        }
    }

    /// <inheritdoc/>
    protected override ValueTask<bool> Send(string request) =>
        _conditional ? Target.AtomicDeleteAsync(request, IfRevision, StopToken) : Target.TryDeleteAsync(request, StopToken);

    /// <inheritdoc/>
    private protected override KvOperation ToOperation(string request) => _conditional
        ? throw new KvInvalidArgumentException("-IfRevision is no part of a transaction. Give it as a condition: -If (New-KvCondition KEY -Revision N).") { Key = request }
        : new KvOperation.Delete(KvRange.Key(request));

    /// <inheritdoc/>
    protected override void Answer(string request, bool answer)
    {
        if (!answer)
        {
            WriteError(ErrorRecords.From(new KvKeyNotFoundException(request, Target.Info.Address)));
        }
        else if (PassThru)
        {
            WriteObject(request);
        }
    }
}
