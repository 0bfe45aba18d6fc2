using System.Runtime.CompilerServices;
using Valkeyrie.Consul.Calls;
using Valkeyrie.Engine;

namespace Valkeyrie.Consul.Keys;

/// <summary>Lists one level of a directory. The server returns the names on it; the keys below are not read.</summary>
internal sealed class Levels(ConsulApi api, KeyPlaces places, Pairs pairs, Trees trees)
{
    private const int LooksAtOnce = 16;

    /// <summary>Lists the entries of a directory's own level.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="path">The directory's path, which a URL can contain.</param>
    /// <param name="options">The options of the listing.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public IAsyncEnumerable<KvEntry> ListAsync(KvRange directory, string path, KvEntryOptions options, CancellationToken cancellationToken)
    {
        var builder = new EntryBuilder(directory.Start, depth: 0);
        return builder.BuildAsync(
            LooksAsync(directory, path, options, cancellationToken),
            (look, entries) =>
            {
                if (look.IsDirectory)
                {
                    builder.AddDirectory(places.KeyOf(look.Name), entries);
                }
                else if (look.Pair is not null)
                {
                    builder.Add(look.Pair, entries);
                }

                return ValueTask.CompletedTask;
            },
            cancellationToken);
    }

    private async IAsyncEnumerable<(string Name, KvPair? Pair, bool IsDirectory)> LooksAsync(
        KvRange directory, string path, KvEntryOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stored = places.StoredOf(directory);
        var prefix = NamePrefix.Of(directory.Start, options.NamePrefix);
        var names = await api.NamesAsync(path, level: true, directory.Text, stale: false, cancellationToken).ConfigureAwait(false);
        foreach (var part in names.Where(n => prefix is null || prefix.Matches(places.KeyOf(n))).Chunk(LooksAtOnce))
        {
            foreach (var look in await Task.WhenAll(part.Select(n => LookAsync(n, stored, options.KeysOnly, cancellationToken))).ConfigureAwait(false))
            {
                yield return look;
            }
        }
    }

    private async Task<(string Name, KvPair? Pair, bool IsDirectory)> LookAsync(string name, string stored, bool keysOnly, CancellationToken cancellationToken)
    {
        var key = places.KeyOf(name);
        if (Trees.IsDirectory(name, stored))
        {
            return (name, null, await trees.HasPairAsync(KvRange.Prefix(key), cancellationToken).ConfigureAwait(false));
        }

        var entry = await api.GetAsync(name, key, stale: false, cancellationToken).ConfigureAwait(false);
        return (name, entry is null || Pairs.IsHidden(entry) ? null : await pairs.OfAsync(entry, keysOnly, cancellationToken).ConfigureAwait(false), false);
    }
}
