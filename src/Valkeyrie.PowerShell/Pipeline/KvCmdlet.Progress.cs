using Valkeyrie.PowerShell.Trees;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>How a command shows work that takes long.</summary>
public abstract partial class KvCmdlet
{
    /// <summary>Shows how far work is, until what it returns is disposed of.</summary>
    /// <param name="activity">What is done.</param>
    /// <param name="describe">Tells how far it is, from the number of keys that have been handled.</param>
    private protected WorkProgress Show(string activity, Func<long, ProgressLine> describe) => new(activity, describe, WriteProgress, Blocking, StopToken);

    /// <summary>Sees whether a file holds a tree.</summary>
    /// <param name="file">The file.</param>
    /// <param name="place">Where its keys are to lie.</param>
    /// <returns>What it holds; to be closed.</returns>
    /// <exception cref="InvalidDataException">It does not.</exception>
    private protected CheckedTree Check(TreeFile file, TreePlace place)
    {
        var seen = 0L;
        using var progress = Show($"Check {file.Path}", _ => new(ProgressLine.Keys(Interlocked.Read(ref seen))));
        return Wait(new ValueTask<CheckedTree>(Task.Run(() => file.CheckAsync(place, count => Interlocked.Exchange(ref seen, count), StopToken))));
    }
}
