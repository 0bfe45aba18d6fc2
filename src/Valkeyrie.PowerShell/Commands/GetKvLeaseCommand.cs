using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Shows leases: their time to live, the remaining time, and their keys.</summary>
[Cmdlet(VerbsCommon.Get, "KvLease")]
[OutputType(typeof(KvLease))]
public sealed class GetKvLeaseCommand : KvRequestCmdlet<long, KvLease>
{
    /// <summary>The leases: the output of New-KvLease, their ids, or pairs that are attached to one. Text is read as hexadecimal, as etcd's tools show
    /// it. Default: all leases of the store, including those of locks.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("LeaseId", "Lease")]
    [LeaseId]
    [ArgumentCompleter(typeof(LeaseCompleter))]
    public long[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessInput()
    {
        foreach (var id in Id)
        {
            Request($"{id:x}", id);
        }
    }

    /// <inheritdoc/>
    protected override void Complete()
    {
        base.Complete();

        // An empty pipeline requests nothing, not everything.
        if (MyInvocation.ExpectingInput || MyInvocation.BoundParameters.ContainsKey(nameof(Id)))
        {
            return;
        }

        ReportErrors(Target.Info.Address, () =>
        {
            foreach (var lease in Enumerate(Target.GetCapability<IKvLeases>().ListLeasesAsync(StopToken)))
            {
                WriteObject(lease);
            }
        });
    }

    /// <inheritdoc/>
    protected override ValueTask<KvLease> Send(long request) => Target.GetCapability<IKvLeases>().GetLeaseAsync(request, StopToken);

    /// <inheritdoc/>
    protected override void Answer(long request, KvLease answer) => WriteObject(answer);
}
