using Valkeyrie.Consul.Calls;
using Valkeyrie.Consul.Keys;
using Valkeyrie.Consul.Sessions;

namespace Valkeyrie.Consul.Transactions;

/// <summary>The operations of a transaction as Consul's operations, and their results.</summary>
internal sealed class Branch(KeyPlaces places, KvStoreInfo info, IReadOnlyList<KvOperation> operations)
{
    private readonly Dictionary<string, int> _entriesOfPut = new(StringComparer.Ordinal);

    /// <summary>The written keys.</summary>
    public IEnumerable<string> Puts => operations.OfType<KvOperation.Put>().Select(p => p.Key);

    /// <summary>True if the branch only reads.</summary>
    public bool IsReadOnly => operations.All(o => o is KvOperation.Read);

    /// <summary>A key for errors.</summary>
    public string? FirstKey => operations.Select(o => o switch
    {
        KvOperation.Put put => put.Key,
        KvOperation.Delete delete => delete.Range.Text,
        KvOperation.Read read => read.Range.Text,
        _ => null,
    }).FirstOrDefault();

    /// <summary>Creates the operations, after checks that the conditions' keys are unchanged since they were read.</summary>
    /// <param name="entries">The conditions' keys.</param>
    /// <param name="holders">The last known holders of the written keys.</param>
    public TxnBody ToBody(IReadOnlyDictionary<string, ConsulEntry?> entries, IReadOnlyDictionary<string, Holder> holders)
    {
        var body = new TxnBody();
        foreach (var (key, entry) in entries)
        {
            body.RequireRevision(places.StoredOf(key), entry?.ModifyIndex ?? 0);
        }

        foreach (var operation in operations)
        {
            switch (operation)
            {
                case KvOperation.Put put:
                    var before = body.Count;
                    body.Put(places.StoredOf(put.Key), put.Value.Span, holders.GetValueOrDefault(put.Key, Holder.Nobody), null);
                    _entriesOfPut[put.Key] = body.Count - before;
                    break;
                case KvOperation.Delete delete:
                    // Read first, because a removal does not return the number of keys.
                    var doomed = places.StoredOf(delete.Range);
                    body.GetTree(doomed);
                    _ = delete.Range.Kind == KvRangeKind.Key ? body.Delete(doomed) : body.DeleteTree(doomed);
                    break;
                case KvOperation.Read read:
                    body.GetTree(places.StoredOf(read.Range));
                    break;
                default:
                    throw new KvNotSupportedException($"the operation '{operation}' in a transaction", info);
            }
        }

        return body;
    }

    /// <summary>Returns the revision of the transaction, which its written keys have; null if it wrote none.</summary>
    public long? RevisionOf(IReadOnlyList<ConsulEntry> entries)
    {
        var written = Puts.Select(key => places.StoredOf(key)).ToHashSet(StringComparer.Ordinal);
        return entries.Where(e => written.Contains(e.Key!)).Select(e => (long?)e.ModifyIndex).Max();
    }

    /// <summary>Returns one result for each operation.</summary>
    /// <param name="entries">The server's entries, in order: one for each check of an existing key, for each check of a holder and for each write, and for a
    /// read as many as it found, without an end mark. A read ends where the order of keys breaks, or at a key that this transaction wrote.</param>
    /// <param name="checks">The number of entries from the preceding checks.</param>
    /// <param name="pairs">Converts entries to pairs.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public async ValueTask<IReadOnlyList<KvOperationResult>> ResultsAsync(
        IReadOnlyList<ConsulEntry> entries, int checks, Pairs pairs, CancellationToken cancellationToken)
    {
        var revision = RevisionOf(entries) ?? long.MaxValue;
        var at = checks;
        var results = new List<KvOperationResult>(operations.Count);
        for (var i = 0; i < operations.Count; i++)
        {
            switch (operations[i])
            {
                case KvOperation.Put put:
                    var stored = places.StoredOf(put.Key);
                    var entry = at < entries.Count && entries[at].Key == stored ? entries[at] : throw Unclear(put.Key);
                    at += _entriesOfPut[put.Key];
                    entry.Value = put.Value.ToArray();
                    results.Add(new KvOperationResult([pairs.Of(entry, keyOnly: false, null)], 1));
                    break;
                case KvOperation.Delete delete:
                    results.Add(new KvOperationResult([], TakeRange(entries, ref at, delete.Range, NextWritten(i), revision).Count));
                    break;
                case KvOperation.Read read:
                    results.Add(await ReadAsync(read, TakeRange(entries, ref at, read.Range, NextWritten(i), revision), pairs, cancellationToken).ConfigureAwait(false));
                    break;
            }
        }

        return results;
    }

    private string? NextWritten(int operation) => operation + 1 < operations.Count && operations[operation + 1] is KvOperation.Put put ? places.StoredOf(put.Key) : null;

    private List<ConsulEntry> TakeRange(IReadOnlyList<ConsulEntry> entries, ref int at, KvRange range, string? nextWritten, long revision)
    {
        var stored = places.StoredOf(range);
        var taken = new List<ConsulEntry>();
        string? last = null;
        for (; at < entries.Count; at++)
        {
            var entry = entries[at];
            var isOfNext = entry.Key == nextWritten && entry.ModifyIndex == revision;
            if (isOfNext || !entry.Key!.StartsWith(stored, StringComparison.Ordinal) || (last is not null && KeyOrder.Compare(last, entry.Key) >= 0))
            {
                break;
            }

            last = entry.Key;
            if (range.Kind != KvRangeKind.Key || entry.Key == stored)
            {
                taken.Add(entry);
            }
        }

        return taken;
    }

    private static async ValueTask<KvOperationResult> ReadAsync(KvOperation.Read read, List<ConsulEntry> entries, Pairs pairs, CancellationToken cancellationToken)
    {
        var count = entries.Count;
        IEnumerable<ConsulEntry> wanted = read.CountOnly ? [] : entries;
        wanted = read.MaxCreateRevision is not null ? wanted.Where(e => e.CreateIndex <= read.MaxCreateRevision) : wanted;
        wanted = read.NewestFirst ? wanted.OrderByDescending(e => e.CreateIndex) : wanted;
        wanted = read.Limit is { } limit ? wanted.Take((int)Math.Min(limit, int.MaxValue)) : wanted;
        var found = new List<KvPair>();
        foreach (var entry in wanted)
        {
            found.Add(await pairs.OfAsync(entry, read.KeysOnly, cancellationToken).ConfigureAwait(false));
        }

        return new KvOperationResult(found, count);
    }

    private KvUnreachableException Unclear(string key) => new(
        KvUnreachableReason.Protocol, $"{info.Address} answered a transaction without a result for '{key}'. The transaction may have been committed. Check host and port.")
        { Key = key, Endpoint = info.Address };
}
