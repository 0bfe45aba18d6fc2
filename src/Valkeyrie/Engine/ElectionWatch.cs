using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <summary>Follows the leader of an election: reads the contenders at a revision, then every change after it. If changes are no longer kept, it reads the
/// contenders again and reports only the differences.</summary>
internal static class ElectionWatch
{
    private static readonly TimeSpan AwayPause = TimeSpan.FromMilliseconds(500);

    public static async IAsyncEnumerable<KvElectionEvent> FollowAsync(
        IRevisionedEngine engine, string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var directory = LockNames.DirectoryOf(name, KvLockForm.EtcdMutex);
        var election = new ElectionFollower(name);
        var contenders = await Contenders.ReadAsync(engine, directory, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            if (election.Begin(contenders.Pairs, contenders.Revision) is { } found)
            {
                yield return found;
            }

            var query = new KvWatchQuery(KvRange.Prefix(directory), contenders.Revision + 1) { History = contenders.History, Outages = true };
            var batches = engine.WatchAsync(query, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using var _ = batches.ConfigureAwait(false);
            while (await HasNextAsync(batches).ConfigureAwait(false))
            {
                if (election.Change(batches.Current) is { } change)
                {
                    yield return change;
                }
            }

            // Changes were missed. An established watch survives an outage at this point.
            while (true)
            {
                var (read, error) = await TryReadAsync(engine, directory, cancellationToken).ConfigureAwait(false);
                if (read is not null)
                {
                    contenders = read;
                    break;
                }

                if (election.Outage(error!) is { } outage)
                {
                    yield return outage;
                }

                await Task.Delay(AwayPause, cancellationToken).ConfigureAwait(false);
            }

            if (election.Resume(contenders.Revision) is { } resumed)
            {
                yield return resumed;
            }
        }
    }

    private static async ValueTask<(Contenders? Read, KvException? Error)> TryReadAsync(
        IRevisionedEngine engine, string directory, CancellationToken cancellationToken)
    {
        try
        {
            return (await Contenders.ReadAsync(engine, directory, cancellationToken).ConfigureAwait(false), null);
        }
        catch (KvException e) when (e is KvUnreachableException or KvTimeoutException)
        {
            return (null, e);
        }
    }

    private static async ValueTask<bool> HasNextAsync(IAsyncEnumerator<IReadOnlyList<KvEvent>> batches)
    {
        try
        {
            return await batches.MoveNextAsync().ConfigureAwait(false);
        }
        catch (KvException e) when (e is KvCompactedException or KvHistoryChangedException)
        {
            return false;
        }
    }
}
