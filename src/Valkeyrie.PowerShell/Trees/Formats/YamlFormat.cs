using System.Runtime.CompilerServices;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>A configuration in YAML: one document. A value is its text in the file, including <c>007</c> and <c>yes</c>; <c>!!binary</c> means bytes.</summary>
/// <param name="typed">True to write numbers, true and false as such.</param>
internal sealed class YamlFormat(bool typed) : IWritableTreeFormat
{
    private const string CoreTag = "tag:yaml.org,2002:";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public ITreeWriter Begin(Stream stream) => new TreeNesting(new YamlWriter(new TextOutput(stream)), typed);

    public async IAsyncEnumerable<TreeRecord> ReadAsync(Stream text, long? largestValue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The parser reads on the calling thread, which is not the pipeline's thread.
        await Task.CompletedTask.ConfigureAwait(false);
        using var reader = new StreamReader(text, Strict, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var events = new YamlMerges(new YamlEvents(reader));
        var records = new NestedRecords();
        var documents = 0;
        while (events.Next() is { } next)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (next is DocumentStart && ++documents > 1)
            {
                throw new TreeFormatException(YamlEvents.PlaceOf(next), "a second document begins. A file must hold one document: split the file, and import each document separately");
            }

            Take(next, records);
            while (records.TryTake(out var record))
            {
                yield return record;
            }
        }

        if (documents == 0)
        {
            throw TreeFormatException.Empty();
        }
    }

    private static void Take(ParsingEvent next, NestedRecords records)
    {
        var place = YamlEvents.PlaceOf(next);
        switch (next)
        {
            case Scalar name when records.WantsName:
                records.Name(name.Value, place);
                break;
            case Scalar value:
                TakeValue(value, records, place);
                break;
            case NodeEvent begin and (MappingStart or SequenceStart):
                if (records.WantsName)
                {
                    throw new TreeFormatException(place, "a name must be text, not a list or an object");
                }

                CheckTag(begin, place, "map", "seq", "omap", "set");
                records.Begin(isList: begin is SequenceStart, place);
                break;
            case MappingEnd or SequenceEnd:
                records.End(place);
                break;
        }
    }

    private static void TakeValue(Scalar value, NestedRecords records, string place)
    {
        var tag = CheckTag(value, place, "str", "int", "float", "bool", "timestamp", "null", "binary");
        var isNull = tag == "null" || (tag is null && value is { Style: ScalarStyle.Plain, Value: "" or "~" or "null" or "Null" or "NULL" });
        if (isNull && records.IsOutside)
        {
            throw TreeFormatException.Empty();
        }

        if (isNull)
        {
            records.Null(place);
        }
        else
        {
            records.Value(Encoding.UTF8.GetBytes(value.Value), place, tag == "binary" ? TreeRecord.Base64 : TreeRecord.Text);
        }
    }

    // The tag without the common beginning of YAML's own tags; null if the file specifies none.
    private static string? CheckTag(NodeEvent node, string place, params string[] known)
    {
        if (node.Tag.IsEmpty || node.Tag.IsNonSpecific)
        {
            return null;
        }

        var tag = node.Tag.Value.StartsWith(CoreTag, StringComparison.Ordinal) ? node.Tag.Value[CoreTag.Length..] : null;
        return tag is not null && known.Contains(tag)
            ? tag
            : throw new TreeFormatException(place, $"the tag '{node.Tag.Value}' is not supported: it names a type of another program. Remove it");
    }
}
