using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Releases unused space of the members' databases to their disks, one member after another, the leader last.</summary>
[Cmdlet(VerbsCommon.Optimize, "KvStore", SupportsShouldProcess = true)]
[OutputType(typeof(KvMemberStatus))]
public sealed class OptimizeKvStoreCommand : KvStoreCmdlet
{
    /// <summary>The endpoints to optimize. Default: all endpoints of the store, which must all answer.</summary>
    [Parameter(Position = 0)]
    [Alias("ComputerName", "Server", "Uri")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StoreEndpointCompleter))]
    public string[]? Endpoint { get; set; }

    /// <summary>The timeout for one member: a TimeSpan or seconds. Default: without a limit.</summary>
    [Parameter]
    [Alias("TimeoutSeconds")]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var maintenance = OrFail(Target.Info.Address, Target.GetCapability<IKvMaintenance>);
        var members = KvMemberStatus.InRollingOrder(Asked(StatusesOf(maintenance)));

        // The majority already lacks the unreachable member; during this operation it would lack a second one.
        if (members.FirstOrDefault(member => member.Reason is not null) is { Reason: { } reason } away)
        {
            Fail(ErrorRecords.MemberAway(away.Endpoint, reason));
        }

        var isCluster = Target.TryGetCapability<IKvMembers>(out _);
        var done = 0;
        var current = "";
        using var progress = Show($"Optimize {Target.Info.Address}", _ => new($"{done} of {members.Count} members", current, done * 100 / members.Count));
        foreach (var member in members)
        {
            current = member.Endpoint;
            if (ShouldProcess(member.Endpoint, isCluster ? "Release unused space of the database; the member does not respond during this time" : "Release unused space of the file"))
            {
                WriteObject(Defragment(maintenance, member.Endpoint));
            }

            done++;
        }
    }

    private List<KvMemberStatus> StatusesOf(IKvMaintenance maintenance) => OrFail(Target.Info.Address, () => Enumerate(maintenance.GetStatusAsync(StopToken)).ToList());

    private IEnumerable<KvMemberStatus> Asked(List<KvMemberStatus> statuses)
    {
        if (Endpoint is null)
        {
            return statuses;
        }

        var known = statuses.ToDictionary(status => status.Endpoint, StringComparer.OrdinalIgnoreCase);
        foreach (var endpoint in Endpoint)
        {
            if (!known.ContainsKey(endpoint))
            {
                Fail(ErrorRecords.InvalidArgument($"'{endpoint}' is not an endpoint of the store {Target.Info.Address}. Its endpoints are: {string.Join(", ", known.Keys)}.", endpoint));
            }
        }

        return Endpoint.Select(endpoint => known[endpoint]).Distinct();
    }

    private KvMemberStatus Defragment(IKvMaintenance maintenance, string endpoint)
    {
        OrFail(endpoint, () => Wait(DefragmentAsync(maintenance, endpoint)));
        return StatusesOf(maintenance).First(status => status.Endpoint == endpoint);
    }

    private async ValueTask<bool> DefragmentAsync(IKvMaintenance maintenance, string endpoint)
    {
        await maintenance.DefragmentAsync(endpoint, Timeout, StopToken).ConfigureAwait(false);
        return true;
    }
}
