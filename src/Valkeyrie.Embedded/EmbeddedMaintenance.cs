using System.Runtime.CompilerServices;
using Valkeyrie.Embedded.Databases;
using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Embedded;

/// <summary>The maintenance of an embedded store: the calls that make sense without a cluster.</summary>
/// <param name="engine">The engine.</param>
/// <param name="database">Returns the open database.</param>
internal sealed class EmbeddedMaintenance(EmbeddedEngine engine, Func<Database> database) : IKvMaintenance
{
    private KvStoreInfo Info => engine.Info;

    private string Endpoint => Info.Endpoints[0];

    public async IAsyncEnumerable<KvMemberStatus> GetStatusAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        KvMemberStatus status;
        try
        {
            status = await ObservedEngine.ObserveAsync(Endpoint, "Status", null, () => ValueTask.FromResult(Status())).ConfigureAwait(false);
        }
        catch (KvException e) when (e is not KvStoreClosedException)
        {
            status = new KvMemberStatus(Endpoint) { Reason = e.Message };
        }

        yield return status;
    }

    public async ValueTask<IReadOnlyList<KvHash>> GetHashesAsync(long? revision = null, CancellationToken cancellationToken = default)
    {
        CheckRevision(revision);
        var open = database();
        return await ObservedEngine.ObserveAsync(Endpoint, "Hash", null, async () =>
        {
            // Reading the whole store must not occupy the caller's thread.
            var hash = await Task.Run(
                () => open.Read((revision, cancellationToken), static (reader, state) => reader.InOneState(state, static (r, s) => StoreHash.Of(r, s.revision, s.cancellationToken))),
                cancellationToken).ConfigureAwait(false);
            return (IReadOnlyList<KvHash>)[new KvHash(Endpoint, hash.Value, hash.Revision, hash.CompactRevision)];
        }).ConfigureAwait(false);
    }

    public async ValueTask CompactAsync(long revision, CancellationToken cancellationToken = default)
    {
        CheckRevision(revision);
        var (oldest, newest) = database().Read(0, static (reader, _) => (reader.OldestRevision(), reader.NewestRevision()));
        if (revision > newest)
        {
            throw new KvInvalidArgumentException($"Revision {revision} is in the future: the store is at revision {newest}.") { Endpoint = Endpoint };
        }

        if (revision < oldest)
        {
            throw new KvCompactedException(revision, oldest, Endpoint);
        }

        await ObservedEngine.ObserveAsync(Endpoint, "Compact", null, async () =>
        {
            await engine.CompactAsync(revision, cancellationToken).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);
    }

    public async ValueTask DefragmentAsync(string endpoint, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        if (!string.Equals(endpoint, Endpoint, StringComparison.Ordinal))
        {
            throw new KvInvalidArgumentException($"'{endpoint}' is not the endpoint of the store {Info.Address}. Its endpoint is {Endpoint}.") { ParamName = nameof(endpoint) };
        }

        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (timeout is { } limit)
        {
            time.CancelAfter(limit);
        }

        try
        {
            await ObservedEngine.ObserveAsync(Endpoint, "Defragment", null, () => GiveBackAsync(database(), time.Token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KvTimeoutException(
                $"Not all unused space of '{Endpoint}' was released within {timeout?.TotalSeconds:0.###} s. The space released so far stays free. Call again to continue.", e) { Endpoint = Endpoint };
        }
    }

    public ValueTask<IReadOnlyList<KvAlarm>> ListAlarmsAsync(CancellationToken cancellationToken = default) => throw new KvNotSupportedException("alarms", Info);

    public ValueTask ClearAlarmAsync(KvAlarm alarm, CancellationToken cancellationToken = default) => throw new KvNotSupportedException("alarms", Info);

    private static void CheckRevision(long? revision)
    {
        if (revision < 1)
        {
            throw new KvInvalidArgumentException($"The revision must be at least 1; it is {revision}.");
        }
    }

    // In small transactions, because SQLite's VACUUM would block the writers of all processes for its whole duration.
    private static async ValueTask<bool> GiveBackAsync(Database open, CancellationToken cancellationToken)
    {
        while (await open.WriteAsync(0, static (writer, _) => Compaction.GiveBackStep(writer.Reader.Connection), cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        // The file shrinks only when the log is moved into it. If a reader prevents that, a later commit does it.
        return open.Read(0, static (reader, _) =>
        {
            reader.Connection.Execute("PRAGMA wal_checkpoint(PASSIVE)");
            return true;
        });
    }

    private KvMemberStatus Status() => database().Read(Info, static (reader, info) => reader.InOneState(info, static (r, i) =>
    {
        // The first read of a transaction determines the state that it sees.
        var revision = r.NewestRevision();
        var pages = r.Connection.Scalar("PRAGMA page_count");
        var pageSize = r.Connection.Scalar("PRAGMA page_size");
        return new KvMemberStatus(i.Endpoints[0])
        {
            Version = EmbeddedEngine.Version,
            StorageVersion = r.Connection.Scalar("PRAGMA user_version").ToString(System.Globalization.CultureInfo.InvariantCulture),
            Revision = revision,
            DatabaseSize = pages * pageSize,
            DatabaseSizeInUse = (pages - r.Connection.Scalar("PRAGMA freelist_count")) * pageSize,
        };
    }));
}
