using System.Management.Automation;
using System.Text;

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
        _ => null,
    };

    /// <summary>The lines of a value, each with the key for its path, as lines of files are handed on that have been found.</summary>
    private static IEnumerable<object> LinesOf(KvPair pair, Type lineType)
    {
        using var lines = new StringReader(Encoding.UTF8.GetString(pair.GetBytes()));
        for (var number = 1; lines.ReadLine() is { } line; number++)
        {
            var found = PSObject.AsPSObject(Activator.CreateInstance(lineType)!);
            found.Properties["Path"].Value = pair.Key;
            found.Properties["LineNumber"].Value = number;
            found.Properties["Line"].Value = line;
            yield return found.BaseObject;
        }
    }
}
