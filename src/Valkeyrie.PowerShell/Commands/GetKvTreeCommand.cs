using System.Management.Automation;
using Valkeyrie.Engine;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Trees.Formats;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Lists the pairs of directories, of a prefix, or, if neither is specified, of the whole store.</summary>
[Cmdlet(VerbsCommon.Get, "KvTree", DefaultParameterSetName = RangeArgument.PathSet, SupportsPaging = true)]
[OutputType(typeof(KvPair), typeof(long), typeof(System.Collections.Specialized.OrderedDictionary))]
public sealed class GetKvTreeCommand : KvTreeCmdlet
{
    private const string AllSet = "All";

    private KvListOptions _choice = new();
    private Func<string, int, int, bool>? _filter;
    private Func<KvPair, IEnumerable<object>>? _output;

    /// <summary>List all keys of the store, or of its namespace; the default without -Path and -Prefix.</summary>
    [Parameter(ParameterSetName = AllSet, Mandatory = true)]
    public SwitchParameter All { get; set; }

    /// <summary>Only keys that match one of these wildcard patterns. A pattern with a slash is compared with the part of the key below the directory and with
    /// the whole key; a pattern without a slash with the last part of the key.</summary>
    [Parameter]
    [Alias("Filter")]
    [SupportsWildcards]
    public string[]? Include { get; set; }

    /// <summary>No keys that match one of these wildcard patterns. A pattern with a slash is compared like one of -Include; a pattern without a slash with each
    /// part of the key below the directory, so the name of a directory excludes its content. A slash at the end means a directory: <c>tags/</c>.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? Exclude { get; set; }

    /// <summary>The number of levels to list below the first level of the directory; 0 for the first level only. Default: all.</summary>
    [Parameter]
    public int Depth { get; set; }

    /// <summary>Only pairs that were written after this revision.</summary>
    [Parameter]
    [Alias("SinceRevision")]
    [Revision]
    public long Since { get; set; }

    /// <summary>List the keys in descending order.</summary>
    [Parameter]
    public SwitchParameter Descending { get; set; }

    /// <summary>Omit the values.</summary>
    [Parameter]
    [Alias("KeyOnly")]
    public SwitchParameter KeysOnly { get; set; }

    /// <summary>Emit the number of keys instead of the pairs.</summary>
    [Parameter]
    public SwitchParameter Count { get; set; }

    /// <summary>Emit the directory as nested ordered hashtables, one for each part of a key; the names 0, 1, 2 and so on become a list. Values are text, or
    /// bytes if they are not text.</summary>
    [Parameter]
    public SwitchParameter AsHashtable { get; set; }

    /// <summary>With -AsHashtable: emit values that read as a number, true or false as such.</summary>
    [Parameter]
    public SwitchParameter Typed { get; set; }

    /// <summary>Read the time to live and the remaining time of each key: one call for each lease.</summary>
    [Parameter]
    public SwitchParameter IncludeTtl { get; set; }

    /// <summary>Accepted because Get-ChildItem, Remove-Item and Copy-Item have it. A tree always includes all of its levels.</summary>
    [Parameter(DontShow = true)]
    public SwitchParameter Recurse { get; set; }

    /// <summary>List the keys at this older revision. Default: the newest.</summary>
    [Parameter]
    public long Revision { get; set; }

    /// <summary>Let any member answer from its own state. This is faster, and the result can be stale.</summary>
    [Parameter]
    public SwitchParameter Serializable { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        CheckRecurse(Recurse);
        if (ParameterSetName == AllSet && !All)
        {
            Fail(ErrorRecords.InvalidArgument("-All is false. Specify what to list: a directory with -Path, a prefix with -Prefix, or everything with -All."));
        }

        if (AsHashtable ? KeysOnly || Count || Descending : Typed)
        {
            Fail(ErrorRecords.InvalidArgument(
                AsHashtable ? "-AsHashtable needs the values in key order. Specify it without -KeysOnly, -Count and -Descending." : "-Typed requires -AsHashtable."));
        }

        if (IncludeTtl && (KeysOnly || Count || AsHashtable || MyInvocation.BoundParameters.ContainsKey(nameof(Revision))))
        {
            Fail(ErrorRecords.InvalidArgument(MyInvocation.BoundParameters.ContainsKey(nameof(Revision))
                ? "Specify -IncludeTtl or -Revision, not both: the remaining time to live is known only for the newest revision."
                : "-IncludeTtl needs the pairs. Specify it without -KeysOnly, -Count and -AsHashtable."));
        }

        _filter = OrFail(null, () => KeyPatterns.Filter(Include, Exclude));
        _choice = OrFail(null, Choose);
        _output = PairOutput.For(this);
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var argument in Ranges ?? [RangeArgument.All])
        {
            ReportErrors(argument, () => Process(argument.Range));
        }
    }

    private KvListOptions Choose()
    {
        var given = MyInvocation.BoundParameters;
        var choice = new KvListOptions
        {
            KeysOnly = KeysOnly,
            Revision = OptionalNumber.Of(Revision),
            Serializable = Serializable,
            Depth = given.ContainsKey(nameof(Depth)) ? Depth : null,
            ChangedSince = given.ContainsKey(nameof(Since)) ? Since : null,
            KeyFilter = _filter is null ? null : key => _filter(key, 0, 0),
            Descending = Descending,
        };
        OptionRules.CheckList(choice);
        return choice;
    }

    // Patterns are also compared with the name of a key below the listed directory. The directory of a prefix is not excluded by its name either.
    private KvListOptions ChoiceIn(KvRange range)
    {
        var root = range.Kind == KvRangeKind.Directory ? range.Start.Length : 0;
        var first = range.Start.LastIndexOf(KeyRules.Separator) + 1;
        return _filter is null || first == 0 ? _choice : _choice with { KeyFilter = key => _filter(key, root, first) };
    }

    private void Process(KvRange range)
    {
        if (Count)
        {
            var total = Total(range);
            WriteObject(total);
            WarnIfKey(range, total == 0);
            return;
        }

        if (PagingParameters.IncludeTotalCount)
        {
            WriteObject(PagingParameters.NewTotalCount((ulong)Total(range), accuracy: 1.0));
        }

        if (AsHashtable)
        {
            var tree = new DictionaryWriter();
            var nesting = new TreeNesting(tree, Typed);
            var root = range.Kind == KvRangeKind.Directory ? range.Start.Length : 0;
            foreach (var pair in List(range))
            {
                nesting.Write(pair.Key[root..], pair.GetBytes());
            }

            nesting.End();
            WriteObject(tree.Whole);
            return;
        }

        var empty = true;
        foreach (var pair in List(range))
        {
            empty = false;
            if (_output is null)
            {
                WriteObject(IncludeTtl ? PairOutput.WithLifetime(pair) : pair);
            }
            else
            {
                WriteObject(_output(pair), enumerateCollection: true);
            }
        }

        WarnIfKey(range, empty);
    }

    // An empty listing is not an error if the name is a key: the user mistook the key for a directory.
    private void WarnIfKey(KvRange range, bool empty)
    {
        if (!empty || range.Kind != KvRangeKind.Directory || PagingParameters.First == 0 || PagingParameters.Skip > 0 || !ListFilter.Of(range, _choice).TakesAll)
        {
            return;
        }

        var options = new KvReadOptions { Revision = OptionalNumber.Of(Revision), Serializable = Serializable };
        if (Wait(Target.TryGetAsync(range.Text, options, StopToken)) is not null)
        {
            WriteWarning($"'{range.Text}' is a key, and no key starts with '{range.Start}'. Get-KvValue {ArgumentText.Of(range.Text)} reads it.");
        }
    }

    private IEnumerable<KvPair> List(KvRange range)
    {
        if (PagingParameters.First == 0)
        {
            yield break;
        }

        var skip = PagingParameters.Skip;
        var first = PagingParameters.First;
        long? limit = first < long.MaxValue && skip < long.MaxValue - first ? (long)(first + skip) : null;
        var pairs = Target.ListAsync(range, ChoiceIn(range) with { Limit = limit }, StopToken);
        foreach (var pair in Enumerate(IncludeTtl ? Target.WithLifetimesAsync(pairs, StopToken) : pairs))
        {
            if (skip > 0)
            {
                skip--;
                continue;
            }

            yield return pair;
        }
    }

    private long Total(KvRange range) => ListFilter.Of(range, _choice).TakesAll
        ? Wait(Target.CountAsync(range, _choice, StopToken))
        : Enumerate(Target.ListAsync(range, ChoiceIn(range) with { KeysOnly = true, Descending = false }, StopToken)).LongCount();
}
