using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Reads the parts of a YAML file in order, and replaces each alias with its content.</summary>
internal sealed class YamlEvents
{
    /// <summary>The most parts that the aliases of a file expand to. A few lines can expand to billions of parts (the "billion laughs"); no real configuration does so.</summary>
    public const int MostRepeated = 100_000;

    private readonly Scanner _scanner;
    private readonly Parser _parser;
    private readonly Dictionary<string, List<ParsingEvent>> _anchors = [];
    private readonly List<Recording> _recordings = [];
    private readonly Queue<ParsingEvent> _repeated = new();
    private int _count;

    /// <summary>Opens a file.</summary>
    /// <param name="text">Its text.</param>
    public YamlEvents(TextReader text)
    {
        _scanner = new Scanner(text, skipComments: true);
        _parser = new Parser(_scanner);
    }

    /// <summary>Reads the next part; null at the end.</summary>
    /// <exception cref="TreeFormatException">The next part is not YAML.</exception>
    public ParsingEvent? Next()
    {
        if (!_repeated.TryDequeue(out var next))
        {
            next = Read();
        }

        if (next is AnchorAlias alias)
        {
            Repeat(alias);
            return Next();
        }

        Record(next);
        return next;
    }

    /// <summary>Gets the position at which a part begins.</summary>
    /// <param name="part">The part.</param>
    public static string PlaceOf(ParsingEvent part) => PlaceOf(part.Start);

    private static string PlaceOf(Mark mark) => $"line {mark.Line}, column {mark.Column}";

    private ParsingEvent? Read()
    {
        try
        {
            return _parser.MoveNext() ? _parser.Current : null;
        }
        catch (YamlException e)
        {
            var message = e.Message[(e.Message.StartsWith('(') ? e.Message.IndexOf("): ", StringComparison.Ordinal) + 3 : 0)..].TrimEnd('.');
            var next = message switch
            {
                _ when message.Contains("cannot start any token", StringComparison.OrdinalIgnoreCase) => ". YAML does not allow tabs for indentation, and text that begins with @ or ` must be in quotes",
                _ when message.Contains(" tab ", StringComparison.OrdinalIgnoreCase) => ". Indent with spaces",
                _ => "",
            };

            // The scanned token begins at another position than the error.
            var at = message.StartsWith("While scanning", StringComparison.OrdinalIgnoreCase) ? _scanner.CurrentPosition : e.Start;
            throw new TreeFormatException(PlaceOf(at), $"it is not YAML: {message}{next}", e);
        }
        catch (DecoderFallbackException e)
        {
            throw new TreeFormatException($"or after {PlaceOf(_scanner.CurrentPosition)}", TreeText.Invalid("text").Message, e);
        }
        catch (Exception e) when (e is not (IOException or UnauthorizedAccessException or InvalidDataException or FormatException or OperationCanceledException or OutOfMemoryException))
        {
            // Errors of the parser itself: a missing bracket, a tag that is not a URI.
            var message = e is ArgumentException ? e.Message.Split(" (Parameter")[0].TrimEnd('.') : "a bracket or a name is missing there or before it";
            throw new TreeFormatException(PlaceOf(_scanner.CurrentPosition), $"it is not YAML: {message}", e);
        }
    }

    private void Repeat(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out var parts))
        {
            throw new TreeFormatException(PlaceOf(alias), $"'*{alias.Value}' needs a complete '&{alias.Value}' before it");
        }

        _count += parts.Count;
        if (_count > MostRepeated)
        {
            throw new TreeFormatException(PlaceOf(alias), $"its aliases expand to more than {MostRepeated} parts. Write the values out");
        }

        // Pending parts follow. A repeated part never contains an alias, because its recording already contains the content.
        parts.ForEach(_repeated.Enqueue);
    }

    private void Record(ParsingEvent? part)
    {
        if (part is NodeEvent { Anchor.IsEmpty: false } node)
        {
            _recordings.Add(new(node.Anchor.Value));
        }

        for (var i = _recordings.Count - 1; i >= 0; i--)
        {
            var recording = _recordings[i];
            recording.Parts.Add(part!);
            recording.Depth += part!.NestingIncrease;
            if (recording.Depth == 0)
            {
                _anchors[recording.Name] = recording.Parts;
                _recordings.RemoveAt(i);
            }
        }
    }

    private sealed record Recording(string Name)
    {
        public List<ParsingEvent> Parts { get; } = [];

        public int Depth { get; set; }
    }
}
