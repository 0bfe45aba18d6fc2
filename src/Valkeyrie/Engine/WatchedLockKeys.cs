namespace Valkeyrie.Engine;

/// <summary>Omits the changes of lock keys from a watch. The removal of a key does not state its lease, so existing lock keys are remembered; if a key is
/// removed whose creation the watch has not seen, it is read at the revision before.</summary>
/// <param name="engine">The watched engine.</param>
internal sealed class WatchedLockKeys(IRevisionedEngine engine)
{
    private static readonly TimeSpan AwayPause = TimeSpan.FromMilliseconds(500);

    private readonly LockKeys _locks = new(engine);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>Checks whether an existing or new pair is a lock key.</summary>
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

    /// <summary>Checks whether a change is of a lock key.</summary>
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
                // This can no longer be determined; an extra change is harmless, a missing one may not be.
                return false;
            }
            catch (KvException e) when (e is KvUnreachableException or KvTimeoutException)
            {
                // A watch survives an outage.
                await Task.Delay(AwayPause, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
