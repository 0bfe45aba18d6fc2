using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Embedded.Databases;

/// <summary>The background work of an open store: it ends expired leases, of all processes, shortens leases that a clock set back would keep too long, and
/// compacts the history.</summary>
internal sealed class Upkeep : IAsyncDisposable
{
    // Another process may have granted a lease and died. The shortest lease is longer than this interval.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private const int LooksBetweenCleanings = 30;
    private const int StepsAtOnce = 64;

    private readonly Database _database;
    private readonly HistoryBounds _bounds;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _running;

    public Upkeep(Database database, HistoryBounds bounds)
    {
        _database = database;
        _bounds = bounds;
        _running = Task.Run(RunAsync);
    }

    /// <summary>Ends expired leases before a read that would still see their keys.</summary>
    public static async Task EndExpiredLeasesAsync(Database database)
    {
        try
        {
            // Every transaction begins with ending expired leases, so an empty one is sufficient.
            await database.WriteAsync(0, static (_, _) => true, CancellationToken.None).ConfigureAwait(false);
        }
        catch (KvException e) when (e is not KvStoreClosedException)
        {
            // For example on a full disk. Reads continue; the keys remain until writing works again.
            database.PutOffDeadline(LookInterval);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task RunAsync()
    {
        for (var look = 0; !_closing.IsCancellationRequested; look++)
        {
            try
            {
                await LookAsync().ConfigureAwait(false);
                if (look % LooksBetweenCleanings == 0)
                {
                    await CleanAsync().ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is KvException or OperationCanceledException)
            {
                // The store is closing, or a failure that its user meets too. Here a later retry is sufficient.
            }

            await Task.Delay(UntilNextLook(), _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync()
    {
        _database.LookForDeadline();
        if (_database.Now >= _database.NextDeadline)
        {
            await EndExpiredLeasesAsync(_database).ConfigureAwait(false);
        }
    }

    private async Task CleanAsync()
    {
        if (_database.Read(_database.Now, static (reader, now) => reader.HasOverlongLeases(now)))
        {
            await _database.WriteAsync(
                0,
                static (writer, _) =>
                {
                    Leases.Shorten(writer);
                    return true;
                },
                _closing.Token).ConfigureAwait(false);
        }

        for (var step = 0; step < StepsAtOnce && !_closing.IsCancellationRequested; step++)
        {
            var isDue = _database.Read((_bounds, _database.Now), static (reader, state) =>
                Compaction.RevisionToKeep(reader, state._bounds, reader.NewestRevision(), state.Now) > reader.OldestRevision());
            var goOn = isDue && await _database.WriteAsync(_bounds, static (writer, bounds) =>
                Compaction.Step(writer, Compaction.RevisionToKeep(writer.Reader, bounds, writer.Revision, writer.Now)), _closing.Token).ConfigureAwait(false);
            var gaveBack = _database.Read(0, static (reader, _) => Compaction.HasManyFreePages(reader.Connection))
                && await _database.WriteAsync(0, static (writer, _) => Compaction.GiveBackPages(writer.Reader.Connection), _closing.Token).ConfigureAwait(false);
            if (!goOn && !gaveBack)
            {
                return;
            }
        }
    }

    private TimeSpan UntilNextLook()
    {
        var left = _database.NextDeadline - _database.Now;
        return left < LookInterval.TotalMilliseconds ? TimeSpan.FromMilliseconds(Math.Max(left, 1)) : LookInterval;
    }
}
