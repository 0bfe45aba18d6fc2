using System.Management.Automation;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Removes keys.</summary>
[Cmdlet(VerbsCommon.Remove, "KvValue", SupportsShouldProcess = true)]
[OutputType(typeof(string))]
public sealed class RemoveKvValueCommand : KvKeyCmdlet<bool>
{
    /// <summary>Remove only if the key is still at this revision.</summary>
    [Parameter]
    public long IfRevision { get; set; }

    /// <summary>Emit the removed keys.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Refused: the error names the command that removes a directory.</summary>
    [Parameter(DontShow = true)]
    public SwitchParameter Recurse { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        if (Recurse)
        {
            Fail(ErrorRecords.InvalidArgument("Remove-KvValue removes single keys and has no -Recurse. To remove a directory, use Remove-KvTree."));
        }
    }

    /// <inheritdoc/>
    private protected override bool CanBeRecorded => true;

    /// <inheritdoc/>
    private protected override bool CanGather => !IsConditional;

    private bool IsConditional => MyInvocation.BoundParameters.ContainsKey(nameof(IfRevision));

    /// <inheritdoc/>
    private protected override bool IsWanted(string key) => ShouldProcess(key, "Remove key");

    /// <inheritdoc/>
    protected override async ValueTask<bool> Send(string request)
    {
        if (!IsConditional)
        {
            return await Writer.TryDeleteAsync(request).ConfigureAwait(false);
        }

        await Target.AtomicDeleteAsync(request, IfRevision, StopToken).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    private protected override KvOperation ToOperation(string request) => IsConditional
        ? throw new KvInvalidArgumentException("-IfRevision is not supported in a transaction. Specify a condition instead: -If (New-KvCondition KEY -Revision N).") { Key = request }
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
