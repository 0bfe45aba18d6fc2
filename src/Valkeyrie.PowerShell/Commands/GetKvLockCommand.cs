using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Shows the holder of locks, since when, and the waiting clients. A lock without a holder emits nothing.</summary>
[Cmdlet(VerbsCommon.Get, "KvLock", DefaultParameterSetName = KeySet)]
[OutputType(typeof(KvLockStatus))]
public sealed class GetKvLockCommand : KvRequestCmdlet<string, KvLockStatus?>
{
    private const string KeySet = "Key";

    /// <summary>The locked keys. Default: all locks of the store.</summary>
    [Parameter(ParameterSetName = KeySet, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [TextOf("Key")]
    [ArgumentCompleter(typeof(LockCompleter))]
    public string[] Key { get; set; } = [];

    /// <summary>The directories of the locked keys: <c>app</c> means the locks of <c>app/...</c>.</summary>
    [Parameter(ParameterSetName = RangeArgument.PathSet, Mandatory = true)]
    [AllowEmptyString]
    [TextOf("Path")]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string[] Path { get; set; } = [];

    /// <summary>Show the locks of <c>etcdctl lock</c> and of -EtcdMutex, instead of the module's own locks.</summary>
    [Parameter]
    public SwitchParameter EtcdMutex { get; set; }

    private KvLockForm Form => EtcdMutex ? KvLockForm.EtcdMutex : KvLockForm.Beside;

    /// <inheritdoc/>
    protected override void ProcessInput()
    {
        foreach (var key in Key)
        {
            Request(key, key);
        }
    }

    /// <inheritdoc/>
    protected override void Complete()
    {
        base.Complete();
        if (ParameterSetName == RangeArgument.PathSet)
        {
            foreach (var path in Path)
            {
                List(new RangeArgument(path, KvRange.Directory));
            }
        }

        // An empty pipeline requests nothing, not everything.
        else if (!MyInvocation.ExpectingInput && !MyInvocation.BoundParameters.ContainsKey(nameof(Key)))
        {
            List(RangeArgument.All);
        }
    }

    /// <inheritdoc/>
    protected override ValueTask<KvLockStatus?> Send(string request) =>
        Target.GetCapability<IKvLockStatus>().TryGetLockAsync(request, Form, StopToken);

    /// <inheritdoc/>
    protected override void Answer(string request, KvLockStatus? answer)
    {
        if (answer is not null)
        {
            WriteObject(answer);
        }
    }

    private void List(RangeArgument range) => ReportErrors(range.Text, () =>
    {
        foreach (var held in Enumerate(Target.GetCapability<IKvLockStatus>().ListLocksAsync(range.Range, Form, StopToken)))
        {
            WriteObject(held);
        }
    });
}
