using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Lists the pairs of a directory, of a prefix, or of the whole store.</summary>
[Cmdlet(VerbsCommon.Get, "KvTree", DefaultParameterSetName = RangeArgument.PathSet, SupportsPaging = true)]
[OutputType(typeof(KvPair), typeof(long))]
public sealed class GetKvTreeCommand : KvStoreCmdlet
{
    /// <summary>The directories: <c>app</c> lists the keys that start with <c>app/</c>. Default: all keys of the store.</summary>
    [Parameter(ParameterSetName = RangeArgument.PathSet, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [TextOf("Path")]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string[]? Path { get; set; }

    /// <summary>List the keys that start with this text, whatever follows.</summary>
    [Parameter(ParameterSetName = RangeArgument.PrefixSet, Mandatory = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string Prefix { get; set; } = "";

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
    protected override void ProcessRecord()
    {
        foreach (var argument in RangeArgument.From(this, Path, Prefix) ?? [RangeArgument.All])
        {
            ReportErrors(argument, () => Process(argument.Range));
        }
    }

    private void Process(KvRange range)
    {
        var read = new KvReadOptions { Revision = Revision, Serializable = Serializable };
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
        var limit = first < long.MaxValue && skip < long.MaxValue - first ? (long)(first + skip) : 0;
        var options = new KvListOptions { KeysOnly = KeysOnly, Limit = limit, Revision = Revision, Serializable = Serializable };
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
