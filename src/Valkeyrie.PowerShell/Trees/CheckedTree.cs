using Valkeyrie.PowerShell.Files;

namespace Valkeyrie.PowerShell.Trees;

/// <summary>A tree in a file that has been read once and is complete.</summary>
/// <param name="file">The file.</param>
/// <param name="count">The number of pairs.</param>
/// <param name="pairs">The pairs in key order. They are kept in memory if they are few, or if the file is not in key order. Otherwise they are read from the file
/// again on demand; if they differ from the first reading, this throws an <see cref="InvalidDataException"/>.</param>
/// <param name="absent">The names without a value.</param>
internal sealed class CheckedTree(InputFile file, long count, IAsyncEnumerable<KvPair> pairs, AbsentValues absent) : IDisposable
{
    /// <summary>The number of pairs.</summary>
    public long Count => count;

    /// <summary>The pairs, with keys relative to the tree.</summary>
    public KvTreeContent Content { get; } = new(pairs, "");

    /// <summary>The warning about names without a value; null if there are none.</summary>
    public string? Warning => absent.Warning;

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();
}
