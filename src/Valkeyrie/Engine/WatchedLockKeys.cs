namespace Valkeyrie.Engine;

/// <summary>Leaves the changes of locks out of a watch. The end of a key does not say under which lease it was, so the lock keys that there are are
/// remembered; where one ends that the watch has not seen begin, it is read at the revision before.</summary>
/// <param name="engine">The engine that is watched.</param>
internal sealed class WatchedLockKeys(IRevisionedEngine engine)
{
    private static readonly TimeSpan AwayPause = TimeSpan.FromMilliseconds(500);

    private readonly LockKeys _locks = new(engine);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>True if an existing or new pair is a lock's.</summary>
    public bool Hides(KvPair pair)
    {
        if (!LockNames.IsNamedLikeLockKey(pair.Key))
        {
            return false;
        }

        if (!LockNames.IsLockKey(pair))
        {
            _seen.Remove(pair.Key);
            return false;
        }

        _seen.Add(pair.Key);
        return true;
    }

    /// <summary>True if the change is a lock's.</summary>
    public ValueTask<bool> HidesAsync(KvEvent change, CancellationToken cancellationToken)
    {
        if (change.Type != KvEventType.Delete)
        {
            return new(Hides(change.Pair));
        }

        if (!LockNames.IsNamedLikeLockKey(change.Key))
        {
            return new(false);
        }

        return _seen.Remove(change.Key) ? new(true) : WasLockKeyAsync(change, cancellationToken);
    }

    private async ValueTask<bool> WasLockKeyAsync(KvEvent change, CancellationToken cancellationToken)
    {
        if (change.Previous is { } previous)
        {
            return LockNames.IsLockKey(previous);
        }

        while (true)
        {
            try
            {
                return await _locks.ContainAsync(change.Key, change.Revision - 1, cancellationToken).ConfigureAwait(false);
            }
            catch (KvCompactedException)
            {
                // Nobody knows any more; a change too many does no harm, one too few may.
                return false;
            }
            catch (KvException e) when (e is KvUnreachableException or KvTimeoutException)
            {
                // A watch outlasts a store that is away.
                await Task.Delay(AwayPause, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
