using Valkeyrie.PowerShell.Trees;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>How a command shows work that takes long.</summary>
public abstract partial class KvCmdlet
{
    /// <summary>Shows how far work is, until what it returns is disposed of.</summary>
    /// <param name="activity">What is done.</param>
    /// <param name="describe">Tells how far it is, from the number of keys that have been handled.</param>
    private protected WorkProgress Show(string activity, Func<long, ProgressLine> describe) => new(activity, describe, WriteProgress, Blocking, StopToken);

    /// <summary>Checks whether a file holds a tree, and reports names in it that are not keys.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="format">Its format; null to go by its name, and for JSON by what it holds.</param>
    /// <param name="place">Where its keys are to lie.</param>
    /// <returns>What it holds; to be closed.</returns>
    /// <exception cref="InvalidDataException">It does not.</exception>
    /// <exception cref="KvInvalidArgumentException">Its name does not tell its format.</exception>
    private protected CheckedTree Check(string path, KvTreeFormat? format, TreePlace place)
    {
        var file = new TreeFile(path, TreeFormats.ToRead(path, format));
        var seen = 0L;
        using var progress = Show($"Check {path}", _ => new(ProgressLine.Keys(Interlocked.Read(ref seen))));
        var tree = Wait(new ValueTask<CheckedTree>(Task.Run(() => file.CheckAsync(place, count => Interlocked.Exchange(ref seen, count), StopToken))));
        if (tree.Warning is { } warning)
        {
            WriteWarning(warning);
        }

        return tree;
    }
}
