using System.Globalization;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Converts pairs in key order to a configuration: each part of a key between <c>/</c> is the name of an object, and the last part the name of the
/// value.</summary>
/// <remarks>
/// The rules, which reading a file inverts:
/// a directory whose names are 0, 1, 2 and so on without a gap is a list;
/// if a key is also a directory, the keys in it are written next to it, with <c>/</c> in their names;
/// values and parts of keys that are not text are written as described in <see cref="TreeName"/>.
/// Only the path to the current position is in memory, and the whole of a directory that can become a list, because its elements arrive in the order of texts.
/// </remarks>
/// <param name="writer">Writes the format.</param>
/// <param name="typed">True to write numbers, true and false as such.</param>
internal sealed class TreeNesting(INestedWriter writer, bool typed) : ITreeWriter
{
    /// <summary>The maximum depth of nesting. Deeper keys are written with <c>/</c> in their names.</summary>
    public const int DeepestNesting = 100;

    /// <summary>The maximum number of elements in a list; a directory with more is written as an object.</summary>
    public const int MostElements = 100_000;

    // The directories around the current position, beginning with the outermost.
    private readonly List<Level> _levels = [];

    // The keys that are prefixes of the last one, and can prove to be directories as well.
    private readonly List<string> _beginnings = [];

    // The number of levels that are already written; the others are in memory.
    private int _written;
    private int _held;

    /// <inheritdoc/>
    public void Write(string key, byte[] value)
    {
        Begin();
        while (_beginnings.Count > 0 && !key.StartsWith(_beginnings[^1], StringComparison.Ordinal))
        {
            _beginnings.RemoveAt(_beginnings.Count - 1);
        }

        var names = NamesOf(key);
        _beginnings.Add(key);
        var same = 0;
        while (same < names.Count - 1 && same + 1 < _levels.Count && _levels[same + 1].Name == names[same])
        {
            same++;
        }

        Close(same + 1);
        for (var i = same; i < names.Count - 1; i++)
        {
            Open(names[i], mayBeList: names[i + 1] == "0");
        }

        Add(new(names[^1], NestedValue.Of(value, typed, asBytes: names[^1] == TreeName.Bytes), null));
    }

    /// <inheritdoc/>
    public void End()
    {
        Begin();
        Close(1);
        writer.EndObject();
        writer.End();
    }

    private void Begin()
    {
        if (_levels.Count == 0)
        {
            _levels.Add(new(""));
            _written = 1;
            writer.BeginObject(null);
        }
    }

    private List<string> NamesOf(string key)
    {
        var names = new List<string>();
        var start = 0;
        for (var end = 0; end < key.Length; end++)
        {
            if (key[end] == KeyRules.Separator && names.Count < DeepestNesting - 1 && !_beginnings.Contains(key[..end]))
            {
                names.Add(key[start..end]);
                start = end + 1;
            }
        }

        names.Add(key[start..]);
        return names;
    }

    private void Open(string name, bool mayBeList)
    {
        // A name that is not an index rules out a list; a directory inside it is decided independently.
        DecideOn(name);
        _levels.Add(new(name));
        if (_written == _levels.Count - 1 && !mayBeList)
        {
            writer.BeginObject(TreeName.Encode(name));
            _written++;
        }
    }

    private void Add(Node node)
    {
        DecideOn(node.Name);
        if (_written == _levels.Count)
        {
            Write(node, isElement: false);
            return;
        }

        _levels[^1].Children.Add(node);
        if (++_held > MostElements)
        {
            WriteHeld();
        }
    }

    // The outermost directory in memory is the one that can be a list. A directory inside it is decided at its end.
    private void DecideOn(string name)
    {
        if (_written == _levels.Count - 1 && IndexOf(name) is null)
        {
            WriteHeld();
        }
    }

    private void WriteHeld()
    {
        while (_written < _levels.Count)
        {
            var level = _levels[_written++];
            writer.BeginObject(TreeName.Encode(level.Name));
            foreach (var child in level.Children)
            {
                Write(child, isElement: false);
            }

            level.Children.Clear();
        }

        _held = 0;
    }

    private void Close(int count)
    {
        while (_levels.Count > count)
        {
            var level = _levels[^1];
            _levels.RemoveAt(_levels.Count - 1);
            if (_written > _levels.Count)
            {
                writer.EndObject();
                _written--;
            }
            else if (_written == _levels.Count)
            {
                Write(new(level.Name, default, level.Children), isElement: false);
                _held = 0;
            }
            else
            {
                _levels[^1].Children.Add(new(level.Name, default, level.Children));
            }
        }
    }

    private void Write(Node node, bool isElement)
    {
        var name = isElement ? null : TreeName.Encode(node.Name);
        if (node.Children is null)
        {
            writer.Value(name, node.Value);
        }
        else if (ElementsOf(node.Children) is { } elements)
        {
            writer.BeginList(name, elements.Length);
            Array.ForEach(elements, element => Write(element, isElement: true));
            writer.EndList();
        }
        else
        {
            writer.BeginObject(name);
            node.Children.ForEach(child => Write(child, isElement: false));
            writer.EndObject();
        }
    }

    private static Node[]? ElementsOf(List<Node> children)
    {
        var elements = new Node[children.Count];
        foreach (var child in children)
        {
            if (IndexOf(child.Name) is not { } index || index >= elements.Length)
            {
                return null;
            }

            elements[index] = child;
        }

        return elements;
    }

    // Compared in the form of a number: 007 is a name.
    private static int? IndexOf(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && (name.Length == 1 || name[0] != '0') ? index : null;

    private sealed record Node(string Name, NestedValue Value, List<Node>? Children);

    private sealed record Level(string Name)
    {
        public List<Node> Children { get; } = [];
    }
}
