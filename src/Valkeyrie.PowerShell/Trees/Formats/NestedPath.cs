using System.Globalization;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>The way to a place in a configuration that is read, and the key that it stands for.</summary>
internal sealed class NestedPath
{
    private readonly List<Level> _levels = [];
    private string? _name;

    /// <summary>True outside of all objects and lists.</summary>
    public bool IsOutside => _levels.Count == 0;

    /// <summary>How many objects and lists the place lies in.</summary>
    public int Depth => _levels.Count;

    /// <summary>True where the next thing is a name: in an object, before the value.</summary>
    public bool WantsName => _levels.Count > 0 && !_levels[^1].IsList && _name is null;

    /// <summary>The key of the next value.</summary>
    public string Key => _levels.Count == 0 ? "" : _levels[^1].Start + (_levels[^1].IsList ? _levels[^1].Count.ToString(CultureInfo.InvariantCulture) : _name);

    /// <summary>The key of the object or list that the place lies in.</summary>
    public string Around => _levels[^1].Start is { Length: > 0 } start ? start[..^1] : "";

    /// <summary>True if the object or list has nothing in it so far.</summary>
    public bool IsEmpty => _levels[^1].Count == 0;

    /// <summary>True in a list.</summary>
    public bool IsList => _levels[^1].IsList;

    /// <summary>The name of the next value; null in a list.</summary>
    public string? CurrentName => _name;

    /// <summary>True in the outermost object.</summary>
    public bool IsWhole => _levels.Count == 1;

    /// <summary>Takes a name.</summary>
    /// <param name="name">The name, as it was read.</param>
    /// <exception cref="FormatException">It is none.</exception>
    public void Name(string name) => _name = TreeName.Decode(name);

    /// <summary>Goes into an object or list.</summary>
    /// <param name="isList">True for a list.</param>
    public void Enter(bool isList)
    {
        _levels.Add(new(_levels.Count == 0 ? "" : Key + KeyRules.Separator, isList));
        _name = null;
    }

    /// <summary>Goes past a value.</summary>
    public void Pass()
    {
        _levels[^1].Count++;
        _name = null;
    }

    /// <summary>Leaves the object or list, and goes past it.</summary>
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
