using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Lists the pairs of directories, of a prefix, or, where neither is given, of the whole store.</summary>
[Cmdlet(VerbsCommon.Get, "KvTree", DefaultParameterSetName = RangeArgument.PathSet, SupportsPaging = true)]
[OutputType(typeof(KvPair), typeof(long))]
public sealed class GetKvTreeCommand : KvTreeCmdlet
{
    /// <summary>Leave the values out.</summary>
    [Parameter]
    public SwitchParameter KeysOnly { get; set; }

    /// <summary>Emit the number of keys instead of the pairs.</summary>
    [Parameter]
    public SwitchParameter Count { get; set; }

    /// <summary>List as of this older revision. Default: the newest.</summary>
    [Parameter]
    public long Revision { get; set; }

    /// <summary>Let any member answer from what it knows: faster, and perhaps stale.</summary>
    [Parameter]
    public SwitchParameter Serializable { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var argument in Ranges ?? [RangeArgument.All])
        {
            ReportErrors(argument, () => Process(argument.Range));
        }
    }

    private void Process(KvRange range)
    {
        var read = new KvReadOptions { Revision = OptionalNumber.Of(Revision), Serializable = Serializable };
        if (Count)
        {
            WriteObject(Wait(Target.CountAsync(range, read, StopToken)));
            return;
        }

        if (PagingParameters.IncludeTotalCount)
        {
            WriteObject(PagingParameters.NewTotalCount((ulong)Wait(Target.CountAsync(range, read, StopToken)), accuracy: 1.0));
        }

        if (PagingParameters.First > 0)
        {
            List(range);
        }
    }

    private void List(KvRange range)
    {
        var skip = PagingParameters.Skip;
        var first = PagingParameters.First;
        long? limit = first < long.MaxValue && skip < long.MaxValue - first ? (long)(first + skip) : null;
        var options = new KvListOptions { KeysOnly = KeysOnly, Limit = limit, Revision = OptionalNumber.Of(Revision), Serializable = Serializable };
        foreach (var pair in Enumerate(Target.ListAsync(range, options, StopToken)))
        {
            if (skip > 0)
            {
                skip--;
                continue;
            }

            WriteObject(pair);
        }
    }
}
