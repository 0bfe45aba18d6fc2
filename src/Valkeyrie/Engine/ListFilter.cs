namespace Valkeyrie.Engine;

/// <summary>Selects the pairs of a listing by properties other than their values: depth, revision and the caller's key filter. A store applies it before it
/// counts a pair toward the limit.</summary>
public sealed class ListFilter
{
    // Below every revision.
    private const long NeverChanged = -1;

    private readonly int _begin;
    private readonly int _depth;
    private readonly long _changedSince;
    private readonly Func<string, bool>? _keys;

    private ListFilter(KvRange range, KvListOptions options)
    {
        _begin = range.Start.Length;
        _depth = options.Depth ?? int.MaxValue;
        _changedSince = options.ChangedSince ?? NeverChanged;
        _keys = options.KeyFilter;
    }

    /// <summary>True if the filter selects every pair.</summary>
    public bool TakesAll => _depth == int.MaxValue && _changedSince == NeverChanged && _keys is null;

    /// <summary>Creates the filter of a listing.</summary>
    /// <param name="range">The range.</param>
    /// <param name="options">The options.</param>
    public static ListFilter Of(KvRange range, KvListOptions options)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentNullException.ThrowIfNull(options);
        return new(range, options);
    }

    /// <summary>Checks whether the listing contains a pair.</summary>
    /// <param name="key">The pair's key, which is in the range.</param>
    /// <param name="revision">The pair's revision.</param>
    public bool Takes(string key, long revision) =>
        revision > _changedSince
        && (_depth == int.MaxValue || key.AsSpan(Math.Min(_begin, key.Length)).Count(KeyRules.Separator) <= _depth)
        && (_keys is null || _keys(key));
}
