using Valkeyrie.PowerShell.Files;

namespace Valkeyrie.PowerShell.Trees;

/// <summary>A tree in a file that has been read once, and found to be whole.</summary>
/// <param name="file">The file.</param>
/// <param name="count">How many pairs it holds.</param>
/// <param name="pairs">The pairs in key order. They are read from the file again as they are asked for, and are those of the first time or an
/// <see cref="InvalidDataException"/>; those of a file in which they are not in order are held in memory.</param>
/// <param name="absent">The names without a value.</param>
internal sealed class CheckedTree(InputFile file, long count, IAsyncEnumerable<KvPair> pairs, AbsentValues absent) : IDisposable
{
    /// <summary>How many pairs there are.</summary>
    public long Count => count;

    /// <summary>What the tree holds, by keys relative to it.</summary>
    public KvTreeContent Content { get; } = new(pairs, "");

    /// <summary>The report about names without a value; null if there are none.</summary>
    public string? Warning => absent.Warning;

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();
}
