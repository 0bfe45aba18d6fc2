using System.Globalization;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Tracks the position in a configuration during reading, and the key of that position.</summary>
internal sealed class NestedPath
{
    private readonly List<Level> _levels = [];
    private string? _name;

    /// <summary>True outside all objects and lists.</summary>
    public bool IsOutside => _levels.Count == 0;

    /// <summary>The number of objects and lists around the position.</summary>
    public int Depth => _levels.Count;

    /// <summary>True if a name must follow: in an object, before the value.</summary>
    public bool WantsName => _levels.Count > 0 && !_levels[^1].IsList && _name is null;

    /// <summary>The key of the next value.</summary>
    public string Key => _levels.Count == 0 ? "" : _levels[^1].Start + (_levels[^1].IsList ? _levels[^1].Count.ToString(CultureInfo.InvariantCulture) : _name);

    /// <summary>The key of the enclosing object or list.</summary>
    public string Around => _levels[^1].Start is { Length: > 0 } start ? start[..^1] : "";

    /// <summary>True if the object or list is empty so far.</summary>
    public bool IsEmpty => _levels[^1].Count == 0;

    /// <summary>True in a list.</summary>
    public bool IsList => _levels[^1].IsList;

    /// <summary>The name of the next value; null in a list.</summary>
    public string? CurrentName => _name;

    /// <summary>True in the outermost object.</summary>
    public bool IsWhole => _levels.Count == 1;

    /// <summary>Sets the name of the next value.</summary>
    /// <param name="name">The name, as read.</param>
    /// <exception cref="FormatException">The name is not valid.</exception>
    public void Name(string name) => _name = TreeName.Decode(name);

    /// <summary>Enters an object or list.</summary>
    /// <param name="isList">True for a list.</param>
    public void Enter(bool isList)
    {
        _levels.Add(new(_levels.Count == 0 ? "" : Key + KeyRules.Separator, isList));
        _name = null;
    }

    /// <summary>Passes a value.</summary>
    public void Pass()
    {
        _levels[^1].Count++;
        _name = null;
    }

    /// <summary>Leaves the object or list and passes it.</summary>
    public void Leave()
    {
        _levels.RemoveAt(_levels.Count - 1);
        if (_levels.Count > 0)
        {
            Pass();
        }
    }

    private sealed record Level(string Start, bool IsList)
    {
        public int Count { get; set; }
    }
}
