using System.Management.Automation;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Compares the data of a cluster's members by a hash at one revision. Members with different data are an error.</summary>
[Cmdlet(VerbsCommon.Get, "KvHash")]
[OutputType(typeof(KvHash))]
public sealed class GetKvHashCommand : KvStoreCmdlet
{
    /// <summary>The revision up to which keys are hashed. Default: the newest revision of the first endpoint.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long? Revision { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var hashes = OrFail(Target.Info.Address, () => Wait(Target.GetCapability<IKvMaintenance>().GetHashesAsync(Revision, StopToken)));
        WriteObject(hashes, enumerateCollection: true);
        if (KvHash.Contradicting(hashes) is { Count: > 0 } contradicting)
        {
            Fail(ErrorRecords.MembersDiffer(Target.Info.Address, string.Join(", ", contradicting)));
        }

        if (hashes.DistinctBy(hash => hash.CompactRevision).Skip(1).Any())
        {
            WriteWarning("The hashes cannot be compared at the moment: the members have compacted their history up to different revisions. Run the command again.");
        }
        else if (hashes.Count == 1 && Target.TryGetCapability<IKvMembers>(out _))
        {
            WriteWarning("Only one endpoint was queried, so there is no other hash to compare with. Connect to all members: Get-KvMember shows their addresses.");
        }
    }
}
