using Valkeyrie.PowerShell.Trees;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Shows the progress of long operations.</summary>
public abstract partial class KvCmdlet
{
    /// <summary>Shows the progress of an operation until the returned object is disposed.</summary>
    /// <param name="activity">The name of the operation.</param>
    /// <param name="describe">Describes the progress for a number of processed keys.</param>
    private protected WorkProgress Show(string activity, Func<long, ProgressLine> describe) => new(activity, describe, WriteProgress, Blocking, StopToken);

    /// <summary>Checks that a file contains a tree, and reports names in it without a value.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="format">Its format; null for the format of its extension, or of its content for JSON.</param>
    /// <param name="place">The place of its keys in the store.</param>
    /// <returns>The content, which the caller disposes.</returns>
    /// <exception cref="InvalidDataException">The file does not contain a tree.</exception>
    /// <exception cref="KvInvalidArgumentException">The format is not specified, and the extension is unknown.</exception>
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
