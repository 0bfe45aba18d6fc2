using System.Management.Automation.Language;
using System.Text;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Writes a configuration as a hashtable that Import-PowerShellDataFile reads.</summary>
/// <param name="output">The output.</param>
internal sealed class PowerShellDataWriter(TextOutput output) : INestedWriter
{
    private readonly Stack<Level> _levels = [];

    public void BeginObject(string? name) => Begin(name, isList: false, count: 0);

    public void EndObject() => Close();

    public void BeginList(string? name, int count) => Begin(name, isList: true, count);

    public void EndList() => Close();

    public void Value(string? name, NestedValue value)
    {
        BeginElement(name);
        switch (value.Kind)
        {
            case NestedKind.Text:
                WriteText(Encoding.UTF8.GetString(value.Bytes));
                break;
            case NestedKind.Literal:
                output.Write(value.Bytes is [(byte)'t' or (byte)'f', ..] ? "$"u8 : default);
                output.Write(value.Bytes);
                break;
            default:
                output.Write("@{ '$base64' = '"u8);
                output.WriteBase64(value.Bytes);
                output.Write("' }"u8);
                break;
        }
    }

    public void End()
    {
        output.Write("\n"u8);
        output.Flush();
    }

    private void Begin(string? name, bool isList, int count)
    {
        if (_levels.Count > 0)
        {
            BeginElement(name);

            // Without the comma before it, a list that is the only element would be unrolled.
            output.Write(isList && _levels.Peek() is { IsList: true, Elements: 1 } ? ", "u8 : default);
        }

        output.Write(isList ? "@("u8 : "@{"u8);
        _levels.Push(new(isList, count));
    }

    private void Close()
    {
        var level = _levels.Pop();
        if (level.Count > 0)
        {
            output.NewLine(4 * _levels.Count);
        }

        output.Write(level.IsList ? ")"u8 : "}"u8);
    }

    private void BeginElement(string? name)
    {
        var level = _levels.Peek();
        output.Write(level is { IsList: true, Count: > 0 } ? ","u8 : default);
        level.Count++;
        output.NewLine(4 * _levels.Count);
        if (name is not null)
        {
            // A hashtable is not case-sensitive: if two names differ only in case, the second one is encoded.
            WriteText(level.Names.Add(name) ? name : string.Join(KeyRules.Separator, name.Split(KeyRules.Separator).Select(TreeName.EncodeAnyway)));
            output.Write(" = "u8);
        }
    }

    private void WriteText(string text)
    {
        output.Write("'"u8);
        output.Write(CodeGeneration.EscapeSingleQuotedStringContent(text));
        output.Write("'"u8);
    }

    private sealed record Level(bool IsList, int Elements)
    {
        public int Count { get; set; }

        public HashSet<string> Names { get; } = new(StringComparer.OrdinalIgnoreCase);
    }
}
