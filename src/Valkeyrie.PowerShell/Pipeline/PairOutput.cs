using System.Management.Automation;
using System.Text;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Converts pairs for those PowerShell commands that would otherwise process them differently than users expect, if such a command is the next one in
/// the pipeline. For any other command, pairs are unchanged.</summary>
internal static class PairOutput
{
    // Selects the view with the times; the object is still a pair.
    private const string LifetimeTypeName = "Valkeyrie.KvPair#Lifetime";

    /// <summary>Makes the view of a pair show its time to live.</summary>
    /// <param name="pair">The pair.</param>
    public static PSObject WithLifetime(KvPair pair)
    {
        var shown = new PSObject(pair);
        shown.TypeNames.Insert(0, LifetimeTypeName);
        return shown;
    }

    /// <summary>Gets the conversion of a pair; null if pairs remain unchanged.</summary>
    /// <param name="cmdlet">The command that emits pairs.</param>
    public static Func<KvPair, IEnumerable<object>>? For(PSCmdlet cmdlet) => NextCommand.ClassBehind(cmdlet) switch
    {
        // The command searches the text of an object, which is the key of a pair: right for a pair without its value. Only for files does it search the content.
        { FullName: "Microsoft.PowerShell.Commands.SelectStringCommand" } search when search.Assembly.GetType("Microsoft.PowerShell.Commands.MatchInfo") is { } line =>
            pair => pair.KeyOnly ? [pair] : LinesOf(pair, line),
        _ => null,
    };

    /// <summary>Gets the lines of a value, each with the key as its path, in the form of found lines of a file.</summary>
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
