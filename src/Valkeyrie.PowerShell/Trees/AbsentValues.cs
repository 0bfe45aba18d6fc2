namespace Valkeyrie.PowerShell.Trees;

/// <summary>The names of a tree that have no value: null, an empty list, an empty object. No key can stand for one, so they are left out, and reported.</summary>
/// <param name="source">What has them, in words.</param>
internal sealed class AbsentValues(string source)
{
    private long _count;
    private string? _first;

    /// <summary>Takes down a name.</summary>
    /// <param name="key">Its key.</param>
    public void Add(string key)
    {
        _count++;
        _first ??= key;
    }

    /// <summary>What to tell; null where every name has a value.</summary>
    public string? Warning => _count switch
    {
        0 => null,
        1 => $"{source}: '{_first}' has no value (null, an empty list or an empty object), so no key is written for it.",
        _ => $"{source}: {_count} names have no value (null, an empty list or an empty object), so no keys are written for them. The first is '{_first}'.",
    };
}
