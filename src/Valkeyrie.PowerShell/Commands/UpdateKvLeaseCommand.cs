using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Renews leases to their full time to live: once, in the background, or until the command is stopped.</summary>
[Cmdlet(VerbsData.Update, "KvLease", SupportsShouldProcess = true)]
[OutputType(typeof(KvLease))]
public sealed class UpdateKvLeaseCommand : KvStoreCmdlet
{
    private readonly List<long> _waited = [];

    /// <summary>The leases: the output of New-KvLease and Get-KvLease, or their ids. Text is read as hexadecimal, as the views and etcd's tools show
    /// it.</summary>
    /// <remarks>The type is object: PowerShell prompts for a missing parameter and converts the answer to its type before [LeaseId] gets it. A long would be
    /// decimal.</remarks>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("LeaseId", "Lease")]
    [LeaseId]
    [ArgumentCompleter(typeof(LeaseCompleter))]
    public object[] Id { get; set; } = [];

    /// <summary>Keep them alive in the background until they are removed or the store is disconnected, which ends them.</summary>
    [Parameter]
    public SwitchParameter KeepAlive { get; set; }

    /// <summary>Renew them until the command is stopped or -Timeout has passed. They then live for their time to live.</summary>
    [Parameter]
    public new SwitchParameter Wait { get; set; }

    /// <summary>With -Wait: end without an error after this time: a TimeSpan or seconds. Default: without a limit.</summary>
    [Parameter]
    [Alias("TimeoutSeconds")]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        if (KeepAlive && Wait)
        {
            Fail(ErrorRecords.InvalidArgument("Specify -KeepAlive to renew in the background or -Wait to renew in the foreground, not both."));
        }

        if (Timeout is not null && (!Wait || Timeout <= TimeSpan.Zero || Timeout > KvStoreOptions.LongestTimeout))
        {
            Fail(ErrorRecords.InvalidArgument($"The timeout must be greater than zero and at most 24 days, and requires -Wait; it is {Timeout}."));
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var id in Id.Cast<long>())
        {
            if (!ShouldProcess($"{id:x}", "Renew lease"))
            {
                continue;
            }

            ReportErrors($"{id:x}", () =>
            {
                var leases = Target.GetCapability<IKvLeases>();
                WriteObject(base.Wait(
                    KeepAlive ? leases.KeepLeaseAliveAsync(id, KeepAliveLosses.RecorderOf(Target), StopToken) : leases.RenewLeaseAsync(id, StopToken)));
                _waited.Add(id);
            });
        }
    }

    /// <inheritdoc/>
    protected override void Complete()
    {
        if (!Wait || _waited.Count == 0)
        {
            return;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(StopToken);
        if (Timeout is { } timeout)
        {
            ending.CancelAfter(timeout);
        }

        var renewals = _waited.ConvertAll(id => (Id: id, Work: RenewAsync(id, ending.Token)));
        while (renewals.Count > 0)
        {
            WaitFor(Task.WhenAny(renewals.Select(r => r.Work)));
            foreach (var (id, work) in renewals.Where(r => r.Work.IsCompleted))
            {
                ReportErrors($"{id:x}", () => Result(work));
            }

            renewals.RemoveAll(r => r.Work.IsCompleted);
        }
    }

    private async Task<bool> RenewAsync(long id, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var _ in Target.GetCapability<IKvLeases>().RenewUntilStoppedAsync(id, cancellationToken).ConfigureAwait(false))
            {
            }
        }
        catch (OperationCanceledException)
        {
            // The time has passed.
        }

        return true;
    }
}
