using System.Runtime.CompilerServices;

namespace Valkeyrie.Etcd.V3;

/// <summary>Reads a key's history: from each version, the one before it is read at the previous revision. Changes before the key's creation are found by a
/// replay, because no read shows at which revisions a missing key existed.</summary>
internal static class KeyHistory
{
    public static async IAsyncEnumerable<KvEvent> ReadAsync(
        EtcdV3Engine engine, KeyReplay replay, string key, bool sinceCreation, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var page = await engine.RangeAsync(new KvRangeQuery(KvRange.Key(key)), cancellationToken).ConfigureAwait(false);
        var existing = page.Pairs is [var pair] ? pair : null;
        var oldest = existing;
        await foreach (var version in VersionsAsync(engine, existing, page.History, cancellationToken).ConfigureAwait(false))
        {
            oldest = version;
            yield return Put(version);
        }

        if (sinceCreation || oldest?.Version > 1)
        {
            // No more was requested, or earlier changes are compacted.
            yield break;
        }

        var replayed = oldest is not null
            ? await replay.BeforeCreationAsync(key, oldest.CreateRevision!.Value, page.History, cancellationToken).ConfigureAwait(false)
            : await replay.UpToAsync(key, page.Revision, page.History, cancellationToken).ConfigureAwait(false);
        for (var i = replayed.Count - 1; i >= 0; i--)
        {
            yield return replayed[i];
        }

        // The version that the oldest change replaced was written before the kept changes, but is kept itself.
        if (replayed is [var first, ..] && await BeforeAsync(engine, first.Pair, page.History, cancellationToken).ConfigureAwait(false) is { } kept)
        {
            await foreach (var version in VersionsAsync(engine, kept, page.History, cancellationToken).ConfigureAwait(false))
            {
                yield return Put(version);
            }
        }
    }

    /// <summary>Reads a version and those before it, back to the key's creation or to compacted versions.</summary>
    private static async IAsyncEnumerable<KvPair> VersionsAsync(
        EtcdV3Engine engine, KvPair? newest, long history, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var version = newest; version is not null; version = await BeforeAsync(engine, version, history, cancellationToken).ConfigureAwait(false))
        {
            yield return version;
        }
    }

    /// <summary>Reads the version that a change replaced; null if there was none, or it is compacted.</summary>
    private static async ValueTask<KvPair?> BeforeAsync(EtcdV3Engine engine, KvPair change, long history, CancellationToken cancellationToken)
    {
        // A delete has no version. Revision 0 would read the newest.
        if (change.Version == 1 || change.Revision <= 1)
        {
            return null;
        }

        try
        {
            var query = new KvRangeQuery(KvRange.Key(change.Key)) { Revision = change.Revision - 1, History = history };
            using var page = await engine.RangeAsync(query, cancellationToken).ConfigureAwait(false);
            return page.Pairs is [var before] ? before : null;
        }
        catch (KvCompactedException)
        {
            return null;
        }
    }

    private static KvEvent Put(KvPair pair) => new() { Type = KvEventType.Put, Pair = pair };
}
