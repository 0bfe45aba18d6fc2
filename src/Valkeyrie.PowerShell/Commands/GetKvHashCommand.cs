using System.Management.Automation;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Compares what the members of a cluster hold by its hash at one revision. Members that hold different data are an error.</summary>
[Cmdlet(VerbsCommon.Get, "KvHash")]
[OutputType(typeof(KvHash))]
public sealed class GetKvHashCommand : KvStoreCmdlet
{
    /// <summary>The revision up to which keys count. Default: the newest one that the first endpoint knows.</summary>
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
            WriteWarning("Some members have forgotten more history than others at the moment, so their hashes cannot be compared. Ask again.");
        }
        else if (hashes.Count == 1 && Target.TryGetCapability<IKvMembers>(out _))
        {
            WriteWarning("One endpoint alone was asked, so there is nothing to compare its hash with. Connect to all members: Get-KvMember shows their addresses.");
        }
    }
}
