using System.Management.Automation;
using System.Text;
using System.Text.Unicode;
using Valkeyrie.PowerShell.Trees.Formats;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>How a pair goes to those of PowerShell's commands that make something else of an object than what it is to its users, where they are the next command of the
/// pipeline. To any other command it goes as it is.</summary>
internal static class PairOutput
{
    /// <summary>What a pair becomes; null where it stays what it is.</summary>
    /// <param name="cmdlet">The command that emits pairs.</param>
    public static Func<KvPair, IEnumerable<object>>? For(PSCmdlet cmdlet) => NextCommand.ClassBehind(cmdlet) switch
    {
        // It searches the text of an object, which is the key of a pair; of files alone it knows to search what is in them.
        { FullName: "Microsoft.PowerShell.Commands.SelectStringCommand" } search when search.Assembly.GetType("Microsoft.PowerShell.Commands.MatchInfo") is { } line =>
            pair => LinesOf(pair, line),

        // It writes every property that an object has, the bytes as an array of numbers, and of a value that is no text one that cannot be read back.
        { FullName: "Microsoft.PowerShell.Commands.ConvertToJsonCommand" } => pair => [RecordOf(pair)],
        _ => null,
    };

    /// <summary>The lines of a value, each with the key for its path, as lines of files are handed on that have been found.</summary>
    private static IEnumerable<object> LinesOf(KvPair pair, Type lineType)
    {
        using var lines = new StringReader(pair.Value);
        for (var number = 1; lines.ReadLine() is { } line; number++)
        {
            var found = PSObject.AsPSObject(Activator.CreateInstance(lineType)!);
            found.Properties["Path"].Value = pair.Key;
            found.Properties["LineNumber"].Value = number;
            found.Properties["Line"].Value = line;
            yield return found.BaseObject;
        }
    }

    /// <summary>A record as Export-KvTree writes it, with the revision; of a key alone without a value.</summary>
    private static PSObject RecordOf(KvPair pair)
    {
        // Control characters, of which a file shows none, are escaped in JSON.
        var isText = Utf8.IsValid(KeyText.Encode(pair.Key)) && Utf8.IsValid(pair.Bytes);
        var record = isText ? new TreeRecord(pair.Key, pair.Bytes, TreeRecord.Text) : TreeRecord.From(pair.Key, pair.Bytes);
        var fields = new PSObject();
        fields.Properties.Add(new PSNoteProperty(nameof(TreeRecord.Key), record.Key));
        if (pair.KeyOnly)
        {
            fields.Properties.Add(new PSNoteProperty(nameof(KvPair.KeyOnly), true));
        }
        else
        {
            fields.Properties.Add(new PSNoteProperty(nameof(TreeRecord.Value), Encoding.UTF8.GetString(record.Value!)));
        }

        if (record.Encoding != TreeRecord.Text)
        {
            fields.Properties.Add(new PSNoteProperty(nameof(TreeRecord.Encoding), record.Encoding));
        }

        fields.Properties.Add(new PSNoteProperty(nameof(KvPair.Revision), pair.Revision));
        return fields;
    }
}
