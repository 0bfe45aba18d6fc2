namespace Valkeyrie.Engine;

/// <content>Directories one level at a time.</content>
public sealed partial class RevisionedStore : IKvDirectories
{
    private static readonly KvEntryOptions OneLevel = new();

    /// <inheritdoc/>
    public ValueTask<KvEntry?> TryGetEntryAsync(string path, KvEntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        return EntryResolver.FindAsync(_engine, path, options ?? OneLevel, cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<KvEntry> ListEntriesAsync(KvRange directory, KvEntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ThrowIfClosed();
        return DirectoryReader.ReadAsync(_engine, directory, options ?? OneLevel, cancellationToken);
    }
}
