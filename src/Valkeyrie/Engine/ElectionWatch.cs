using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <summary>Follows the leader of an election: reads the contenders at a revision, then every change after it. Where changes are no longer kept it reads them
/// anew; only what is different then is told.</summary>
internal static class ElectionWatch
{
    private static readonly TimeSpan AwayPause = TimeSpan.FromMilliseconds(500);

    public static async IAsyncEnumerable<KvElectionEvent> FollowAsync(
        IRevisionedEngine engine, string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var directory = LockNames.DirectoryOf(name, KvLockForm.EtcdMutex);
        var election = new Follower(name);
        var contenders = await Contenders.ReadAsync(engine, directory, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            if (election.Begin(contenders) is { } found)
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

            // Changes were missed. A watch that has begun outlasts a store that is away just now.
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

    /// <summary>What is known of the election, and what has been told of it.</summary>
    private sealed class Follower(string name)
    {
        private readonly Dictionary<string, KvPair> _contenders = new(StringComparer.Ordinal);
        private KvPair? _told;
        private bool _hasTold;
        private bool _isAway;

        /// <summary>Takes the contenders for what they are; gives what that changes, or is first told.</summary>
        public KvElectionEvent? Begin(Contenders contenders)
        {
            _contenders.Clear();
            foreach (var pair in contenders.Pairs)
            {
                _contenders[pair.Key] = pair;
            }

            return Tell(contenders.Revision);
        }

        /// <summary>Takes what one revision has changed, or the word of an outage.</summary>
        public KvElectionEvent? Change(IReadOnlyList<KvEvent> changes)
        {
            if (changes[0] is { Type: KvEventType.Outage or KvEventType.Resumed } way)
            {
                return way.Type == KvEventType.Outage ? Outage(way.Error!) : Resume(way.Revision);
            }

            foreach (var change in changes)
            {
                if (change.Type == KvEventType.Delete)
                {
                    _contenders.Remove(change.Key);
                }
                else
                {
                    _contenders[change.Key] = change.Pair;
                }
            }

            return Tell(changes[0].Revision);
        }

        public KvElectionEvent? Outage(KvException error)
        {
            var isNew = !_isAway;
            _isAway = true;
            return isNew ? new(KvElectionEventType.Outage, name) { Error = error } : null;
        }

        public KvElectionEvent? Resume(long revision)
        {
            var wasAway = _isAway;
            _isAway = false;
            return wasAway ? new(KvElectionEventType.Resumed, name) { Revision = revision } : null;
        }

        private KvElectionEvent? Tell(long revision)
        {
            var leader = _contenders.Count == 0 ? null : _contenders.Values.MinBy(c => c.CreateRevision);
            if (_hasTold && leader?.Revision == _told?.Revision && leader?.CreateRevision == _told?.CreateRevision)
            {
                return null;
            }

            var type = leader is null ? KvElectionEventType.Vacant
                : _told is not null && _told.Key == leader.Key && _told.CreateRevision == leader.CreateRevision ? KvElectionEventType.Proclaimed
                : KvElectionEventType.Elected;
            (_told, _hasTold) = (leader, true);
            return new(type, name) { Leader = leader, Waiting = Math.Max(0, _contenders.Count - 1), Revision = revision };
        }
    }
}
