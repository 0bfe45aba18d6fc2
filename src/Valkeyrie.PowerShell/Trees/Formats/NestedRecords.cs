using System.Diagnostics.CodeAnalysis;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Converts a configuration to records part by part: the inverse of the rules in <see cref="TreeNesting"/>.</summary>
internal sealed class NestedRecords
{
    // Many times the depth that is ever written, and more than anyone needs: a key contains all names above it.
    private const int DeepestNesting = JsonTokens.DeepestNesting;

    private readonly NestedPath _path = new();
    private readonly Queue<TreeRecord> _records = new();

    // An object whose only name so far is the one that marks bytes.
    private TreeRecord? _bytes;

    /// <summary>True if a name must follow, not a value.</summary>
    public bool WantsName => _path.WantsName;

    /// <summary>True outside all objects.</summary>
    public bool IsOutside => _path.IsOutside;

    /// <summary>The key of the next value.</summary>
    public string Key => _path.Key;

    /// <summary>Takes the next complete record.</summary>
    /// <param name="record">The record.</param>
    /// <returns>False if there is none.</returns>
    public bool TryTake([NotNullWhen(true)] out TreeRecord? record) => _records.TryDequeue(out record);

    /// <summary>Adds a name in the object.</summary>
    /// <param name="name">The name, as read.</param>
    /// <param name="place">Its position.</param>
    public void Name(string name, string place)
    {
        Settle();
        try
        {
            _path.Name(name);
        }
        catch (FormatException e)
        {
            throw new TreeFormatException(place, e.Message, e);
        }
    }

    /// <summary>Adds a value.</summary>
    /// <param name="value">The text, in UTF-8, or the bytes.</param>
    /// <param name="place">Its position.</param>
    /// <param name="encoding">Its encoding: text, or Base64.</param>
    public void Value(byte[] value, string place, string encoding = TreeRecord.Text)
    {
        RequireInside(place, "a single value");
        if (_path is { IsEmpty: true, IsWhole: false, IsList: false, CurrentName: TreeName.Bytes } && encoding == TreeRecord.Text)
        {
            _bytes = new(_path.Around, value, TreeRecord.Base64) { Place = At(place, _path.Around) };
        }
        else
        {
            _records.Enqueue(new(Key, value, encoding) { Place = At(place, Key) });
        }

        _path.Pass();
    }

    /// <summary>Adds a value that consists of bytes.</summary>
    /// <param name="value">The bytes.</param>
    /// <param name="place">Their position.</param>
    public void Bytes(byte[] value, string place)
    {
        RequireInside(place, "a single value");
        _records.Enqueue(new(Key, value, TreeRecord.Text) { Place = At(place, Key) });
        _path.Pass();
    }

    /// <summary>Adds a null.</summary>
    /// <param name="place">Its position.</param>
    public void Null(string place)
    {
        RequireInside(place, "a single value");
        _records.Enqueue(Absent(Key, place));
        _path.Pass();
    }

    /// <summary>Enters an object or a list.</summary>
    /// <param name="isList">True for a list.</param>
    /// <param name="place">The position of its beginning.</param>
    public void Begin(bool isList, string place)
    {
        if (isList)
        {
            RequireInside(place, "a list");
        }

        if (_path.Depth == DeepestNesting)
        {
            throw new TreeFormatException(place, $"it is nested more than {DeepestNesting} levels deep");
        }

        _path.Enter(isList);
    }

    /// <summary>Leaves the object or list.</summary>
    /// <param name="place">The position of its end.</param>
    public void End(string place)
    {
        if (_bytes is not null)
        {
            _records.Enqueue(_bytes);
            _bytes = null;
        }
        else if (_path is { IsEmpty: true, IsWhole: false })
        {
            _records.Enqueue(Absent(_path.Around, place));
        }

        _path.Leave();
    }

    // An object with another name next to it does not mark bytes: it only has a name that looks like the mark.
    private void Settle()
    {
        if (_bytes is not null)
        {
            _records.Enqueue(_bytes with { Key = $"{_bytes.Key}{KeyRules.Separator}{TreeName.Bytes}", Encoding = TreeRecord.Text });
            _bytes = null;
        }
    }

    private void RequireInside(string place, string what)
    {
        if (_path.IsOutside)
        {
            throw new TreeFormatException(place, $"a configuration must be an object with names, not {what}");
        }
    }

    private static TreeRecord Absent(string key, string place) => new(key, null, null) { IsAbsent = true, Place = At(place, key) };

    private static string At(string place, string key) => place == key ? $"'{key}'" : $"{place} ('{key}')";
}
