using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Revokes leases, which removes their attached keys.</summary>
[Cmdlet(VerbsCommon.Remove, "KvLease", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveKvLeaseCommand : KvRequestCmdlet<long, bool>
{
    /// <summary>The leases: the output of New-KvLease and Get-KvLease, or their ids. Text is read as hexadecimal, as the views and etcd's tools show
    /// it.</summary>
    /// <remarks>The type is object: PowerShell prompts for a missing parameter and converts the answer to its type before [LeaseId] gets it. A long would be
    /// decimal.</remarks>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("LeaseId", "Lease")]
    [LeaseId]
    [ArgumentCompleter(typeof(LeaseCompleter))]
    public object[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessInput()
    {
        foreach (var id in Id.Cast<long>())
        {
            if (ShouldProcess($"{id:x}", "Remove lease and its keys"))
            {
                Request($"{id:x}", id);
            }
        }
    }

    /// <inheritdoc/>
    protected override async ValueTask<bool> Send(long request)
    {
        await Target.GetCapability<IKvLeases>().RevokeLeaseAsync(request, StopToken).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    protected override void Answer(long request, bool answer)
    {
    }
}
