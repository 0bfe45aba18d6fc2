namespace Valkeyrie.PowerShell.Trees;

/// <summary>Counts the names of a tree without a value: null, an empty list, an empty object. No key can represent them, so they are omitted and
/// reported.</summary>
/// <param name="source">The source of the tree in words.</param>
internal sealed class AbsentValues(string source)
{
    private long _count;
    private string? _first;

    /// <summary>Adds a name.</summary>
    /// <param name="key">Its key.</param>
    public void Add(string key)
    {
        _count++;
        _first ??= key;
    }

    /// <summary>The warning for the user; null if every name has a value.</summary>
    public string? Warning => _count switch
    {
        0 => null,
        1 => $"{source}: '{_first}' has no value (null, an empty list or an empty object), so no key is written for it.",
        _ => $"{source}: {_count} names have no value (null, an empty list or an empty object), so no keys are written for them. The first is '{_first}'.",
    };
}
