using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>Labels the properties that PowerShell lists if the output already contains objects of another type, as in <c>Get-Date; Get-KvTree app</c>. It then
/// applies no view: it lists the properties of the default set, each labeled with its name.</summary>
/// <remarks>The texts must come from the Display members of Valkeyrie.Types.ps1xml, which show control characters instead of executing them, and two members
/// cannot have the same name. So each has a hidden alias, the label with a blank at its end, which is invisible in the output. The blank is why this is not in
/// Valkeyrie.Types.ps1xml: PowerShell trims the names in such a file.</remarks>
internal static class DefaultLabels
{
    // LABEL=MEMBER, or the name of a property that is shown unchanged.
    private static readonly (string Type, string Properties)[] Sets =
    [
        ("Valkeyrie.KvAlarm", "MemberId=DisplayMember Kind=DisplayKind"),
        ("Valkeyrie.KvCondition", "Key=DisplayKey Target Operator Operand=DisplayOperand"),
        ("Valkeyrie.KvElection", "Name=DisplayName Leader=DisplayValue FencingToken Waiting=DisplayWaiting"),
        ("Valkeyrie.KvElectionEvent", "Type Name=DisplayName Value=DisplayValue FencingToken"),
        ("Valkeyrie.KvEndpointStatus", "Endpoint=DisplayEndpoint IsReachable IsLeader Version=DisplayVersion Reason=DisplayReason"),
        ("Valkeyrie.KvEvent", "Type Key=DisplayKey Value=DisplayValue Revision"),
        ("Valkeyrie.KvHash", "Endpoint=DisplayEndpoint Hash Revision CompactRevision"),
        ("Valkeyrie.KvLeadership", "Name=DisplayName Value=DisplayValue FencingToken IsLeader Ttl"),
        ("Valkeyrie.KvLease", "Id=DisplayId Ttl Remaining Keys=DisplayKeys"),
        ("Valkeyrie.KvLock", "Key=DisplayKey FencingToken IsHeld Ttl"),
        ("Valkeyrie.KvLockStatus", "Key=DisplayKey Owner=DisplayOwner Since FencingToken Waiting=DisplayWaiting"),
        ("Valkeyrie.KvMeasurement", "Operation=DisplayOperation Calls Rate=DisplayRate Median=DisplayMedian Percentile99=Display99 Store=DisplayStore"),
        ("Valkeyrie.KvMember", "Id=DisplayId Name=DisplayName PeerAddresses=DisplayPeers ClientAddresses=DisplayClients IsLearner"),
        ("Valkeyrie.KvMemberStatus", "Endpoint=DisplayEndpoint MemberId=DisplayMember IsLeader Version=DisplayVersion Revision Problems=DisplayProblems"),
        ("Valkeyrie.KvPair", "Key=DisplayKey Value=DisplayValue Revision"),
        ("Valkeyrie.KvPermission", "Access Keys=DisplayKeys"),
        ("Valkeyrie.KvRole", "Name=DisplayName Permissions=DisplayPermissions"),
        ("Valkeyrie.KvTreeCopyResult", "Written Unchanged Removed LastKey=DisplayKey"),
        ("Valkeyrie.KvTreeDifference", "SideIndicator Key=DisplayKey ReferenceValue=DisplayReferenceValue DifferenceValue=DisplayDifferenceValue"),
        ("Valkeyrie.KvTreeMirrorStatus", "Phase Written Unchanged Removed Revision Comparisons Outage=DisplayOutage"),
        ("Valkeyrie.KvUser", "Name=DisplayName Roles=DisplayRoles"),
        ("Valkeyrie.PowerShell.KvConnection", "Name=DisplayName Address=DisplayAddress ApiVersion Namespace=DisplayNamespace User=DisplayUser IsCurrent"),
        ("Valkeyrie.PowerShell.KvDirectory", "Mode Name Key=DisplayKey"),
        ("Valkeyrie.PowerShell.KvDriveInfo", "Name Root Directory=DisplayDirectory"),
        ("Valkeyrie.PowerShell.KvOperationOutcome", "Operation Key=DisplayKey KeyCount Value=DisplayValue"),
        ("Valkeyrie.PowerShell.KvRegisteredStore", "Name=DisplayName Address=DisplayAddress ApiVersion Namespace=DisplayNamespace"),
        ("Valkeyrie.PowerShell.KvSnapshotFile", "Path=DisplayPath Revision Size Store=DisplayStore"),
        ("Valkeyrie.PowerShell.KvTransactionOutcome", "Succeeded Revision Results=DisplayResults"),
    ];

    /// <summary>Adds the sets to the types of this runspace.</summary>
    public static void Add()
    {
        var types = Array.ConvertAll(Sets, set => ToTypeData(set.Type, set.Properties));
        if (Runspace.DefaultRunspace is { InitialSessionState: { } state } runspace && RunspaceTypes.Of(runspace) is { } table)
        {
            foreach (var type in types)
            {
                table.AddType(type);

                // PowerShell fills the table again from this list when a module with types is removed.
                state.Types.Add(new SessionStateTypeEntry(type, isRemove: false));
            }
        }
        else
        {
            AddByCommand(types);
        }
    }

    // Slower: it runs a nested pipeline.
    private static void AddByCommand(TypeData[] types)
    {
        // By its type: looking up the command by its name would first load its module.
        var command = Type.GetType("Microsoft.PowerShell.Commands.UpdateTypeDataCommand, Microsoft.PowerShell.Commands.Utility", throwOnError: true)!;
        using var shell = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand(new CmdletInfo("Update-TypeData", command)).AddParameter("TypeData", types).AddParameter("Force").Invoke();
    }

    private static TypeData ToTypeData(string type, string properties)
    {
        var data = new TypeData(type) { IsOverride = true };
        var names = properties.Split(' ');
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].Split('=') is [var label, var member])
            {
                names[i] = label + ' ';
                data.Members.Add(names[i], new AliasPropertyData(names[i], member) { IsHidden = true });
            }
        }

        data.DefaultDisplayPropertySet = new PropertySetData(names);
        return data;
    }
}
