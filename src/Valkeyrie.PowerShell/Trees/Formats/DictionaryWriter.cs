using System.Collections.Specialized;
using System.Text;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Converts a configuration to dictionaries: objects become case-sensitive ordered dictionaries, lists become arrays, and bytes remain
/// bytes.</summary>
internal sealed class DictionaryWriter : INestedWriter
{
    private readonly Stack<Level> _levels = [];

    /// <summary>The complete configuration, after its end.</summary>
    public OrderedDictionary Whole { get; } = new(StringComparer.Ordinal);

    public void BeginObject(string? name) => _levels.Push(new(name, _levels.Count == 0 ? Whole : new(StringComparer.Ordinal), null));

    public void EndObject() => Close();

    public void BeginList(string? name, int count) => _levels.Push(new(name, null, []));

    public void EndList() => Close();

    public void Value(string? name, NestedValue value) => Add(name, value.Kind switch
    {
        NestedKind.Bytes => value.Bytes,
        NestedKind.Literal => TypedText.ValueOf(value.Bytes)!,
        _ => Encoding.UTF8.GetString(value.Bytes),
    });

    public void End()
    {
    }

    private void Close()
    {
        var level = _levels.Pop();
        if (_levels.Count > 0)
        {
            Add(level.Name, level.Entries is { } entries ? entries : level.Elements!.ToArray());
        }
    }

    private void Add(string? name, object value)
    {
        var level = _levels.Peek();
        if (name is null)
        {
            level.Elements!.Add(value);
        }
        else
        {
            level.Entries!.Add(name, value);
        }
    }

    private sealed record Level(string? Name, OrderedDictionary? Entries, List<object>? Elements);
}
