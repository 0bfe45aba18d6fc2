namespace Valkeyrie.Engine;

/// <summary>Which pairs of a range a listing gives, by what is known of them without their values: how deep they lie, when they were written, what the caller says of
/// their keys. A store asks it before it counts a pair towards the limit.</summary>
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

    /// <summary>True if no pair is passed over.</summary>
    public bool TakesAll => _depth == int.MaxValue && _changedSince == NeverChanged && _keys is null;

    /// <summary>The filter of a listing.</summary>
    /// <param name="range">Its range.</param>
    /// <param name="options">Its options.</param>
    public static ListFilter Of(KvRange range, KvListOptions options)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentNullException.ThrowIfNull(options);
        return new(range, options);
    }

    /// <summary>Checks whether the listing gives a pair.</summary>
    /// <param name="key">Its key, which lies in the range.</param>
    /// <param name="revision">Its revision.</param>
    public bool Takes(string key, long revision) =>
        revision > _changedSince
        && (_depth == int.MaxValue || key.AsSpan(Math.Min(_begin, key.Length)).Count(KeyRules.Separator) <= _depth)
        && (_keys is null || _keys(key));
}
