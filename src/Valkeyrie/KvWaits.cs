namespace Valkeyrie;

/// <summary>Extensions that wait until a key meets a condition, on any store.</summary>
public static class KvWaits
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly KvWatchOptions Watch = new() { Outages = true, Resynchronize = true };

    /// <summary>Waits until a key meets a condition: it exists, is gone, or has a certain value. A watch reports the changes; the wait continues during an
    /// outage.</summary>
    /// <remarks>On a store without <see cref="KvPromises.EveryChange"/>, a short-lived state can be missed.</remarks>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="condition">Returns true if the pair meets the condition; null stands for a missing key. Called on any thread, one call at a time.</param>
    /// <param name="timeout">The longest wait. Zero: check once. Null: no limit.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The pair that meets the condition; null if a missing key does.</returns>
    /// <exception cref="KvWaitTimeoutException">The condition was not met within the timeout.</exception>
    /// <exception cref="KvException">The store did not answer the first read, or refused it.</exception>
    public static async ValueTask<KvPair?> WaitAsync(
        this IKvStore store, string key, Func<KvPair?, bool> condition, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(condition);
        KeyRules.Check(key);
        if (timeout < TimeSpan.Zero || timeout > KvStoreOptions.LongestTimeout)
        {
            throw new KvInvalidArgumentException(
                $"The timeout must be from zero to {KvStoreOptions.LongestTimeout}; it is {timeout}. Omit it to wait without a limit.") { ParamName = nameof(timeout), Key = key };
        }

        var found = await store.TryGetAsync(key, null, cancellationToken).ConfigureAwait(false);
        if (condition(found))
        {
            return found;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (timeout is { } patience)
        {
            ended.CancelAfter(patience);
        }

        var wait = new Wait(store, key, condition, ended.Token);
        try
        {
            return await wait.EndAsync(found).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KvWaitTimeoutException(key, timeout!.Value, store.Info.Address, wait.Outage);
        }
        catch (OperationCanceledException)
        {
            // The caller does not know the linked token.
            throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <summary>One wait.</summary>
    private sealed class Wait(IKvStore store, string key, Func<KvPair?, bool> condition, CancellationToken ended)
    {
        /// <summary>The reason why the store cannot be followed at the moment; null if it can.</summary>
        public KvException? Outage { get; private set; }

        public async Task<KvPair?> EndAsync(KvPair? found)
        {
            using var done = CancellationTokenSource.CreateLinkedTokenSource(ended);
            var events = store.WatchAsync(key, Watch, done.Token).GetAsyncEnumerator(done.Token);
            var next = events.MoveNextAsync().AsTask();
            try
            {
                // A watch reports nothing about a key that does not exist when it begins. Reads show whether it exists, until the watch has reported it.
                for (var pause = FirstPause; found is not null && !next.IsCompleted; pause = Shorter(pause * 2, LongestPause))
                {
                    await Task.WhenAny(next, Task.Delay(pause, ended)).ConfigureAwait(false);
                    ended.ThrowIfCancellationRequested();
                    found = next.IsCompleted ? found : await LookAsync(found).ConfigureAwait(false);
                    if (!next.IsCompleted && condition(found))
                    {
                        return found;
                    }
                }

                while (await next.ConfigureAwait(false))
                {
                    if (await IsWantedAsync(events.Current).ConfigureAwait(false) is (true, var pair))
                    {
                        return pair;
                    }

                    next = events.MoveNextAsync().AsTask();
                }

                ended.ThrowIfCancellationRequested();
                throw new KvStoreClosedException(store.Info.Address);
            }
            finally
            {
                await done.CancelAsync().ConfigureAwait(false);
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await events.DisposeAsync().ConfigureAwait(false);
            }
        }

        private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

        private async ValueTask<(bool Wanted, KvPair? Pair)> IsWantedAsync(KvEvent change)
        {
            switch (change.Type)
            {
                case KvEventType.Outage:
                    Outage = change.Error;
                    return (false, null);
                case KvEventType.Resumed:
                    Outage = null;
                    return (false, null);
                case KvEventType.Resync:
                    // An existing key is reported next; a missing one is not.
                    var now = await store.TryGetAsync(key, null, ended).ConfigureAwait(false);
                    return (condition(now), now);
                case KvEventType.Delete:
                    return (condition(null), null);
                default:
                    return (condition(change.Pair), change.Pair);
            }
        }

        // The watch reports the outage.
        private async ValueTask<KvPair?> LookAsync(KvPair found)
        {
            try
            {
                return await store.TryGetAsync(key, null, ended).ConfigureAwait(false);
            }
            catch (KvException e) when (e is KvUnreachableException or KvTimeoutException)
            {
                return found;
            }
        }
    }
}
