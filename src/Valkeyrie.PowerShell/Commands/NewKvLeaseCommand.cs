using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Grants a lease, to which Set-KvValue -Lease attaches keys. All of its keys are removed when it ends.</summary>
[Cmdlet(VerbsCommon.New, "KvLease", SupportsShouldProcess = true)]
[OutputType(typeof(KvLease))]
public sealed class NewKvLeaseCommand : KvStoreCmdlet
{
    /// <summary>Its time to live, as a TimeSpan or in seconds; a fraction of a second is rounded up. A store can extend a very short time.</summary>
    /// <remarks>Not typed: if the argument is missing, PowerShell prompts for it and converts the input to the parameter's type before [Duration] receives it.
    /// As a TimeSpan the input 5 would be five days.</remarks>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("TimeToLive")]
    [Duration(ShortestMilliseconds = 100, ShortestSpanMilliseconds = 1000)]
    public object Ttl { get; set; } = TimeSpan.Zero;

    /// <summary>Keep the lease alive until it is removed or the store is disconnected, which ends it.</summary>
    [Parameter]
    public SwitchParameter KeepAlive { get; set; }

    private TimeSpan Duration => LanguagePrimitives.ConvertTo<TimeSpan>(Ttl);

    /// <inheritdoc/>
    protected override void Complete()
    {
        if (ShouldProcess(Target.Info.Address, $"Grant a lease of {Duration}"))
        {
            WriteObject(OrFail(null, () => Wait(GrantAsync(Target.GetCapability<IKvLeases>()))));
        }
    }

    private async ValueTask<KvLease> GrantAsync(IKvLeases leases)
    {
        var lease = await leases.GrantLeaseAsync(Duration, StopToken).ConfigureAwait(false);
        return KeepAlive ? await leases.KeepLeaseAliveAsync(lease.Id, KeepAliveLosses.RecorderOf(Target), StopToken).ConfigureAwait(false) : lease;
    }
}
