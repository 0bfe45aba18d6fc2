using Valkeyrie.Consul.Calls;

namespace Valkeyrie.Consul.Locks;

/// <summary>Waits for changes of a key that a session holds, with blocking queries.</summary>
internal sealed class KeyWaits(ConsulApi api)
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(50);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Waits until a session no longer holds a key. Survives an outage.</summary>
    public Task WaitWhileHeldAsync(string key, string lockKey, long index, string session, CancellationToken cancellationToken) =>
        WaitAsync(key, lockKey, index, entry => entry?.Session != session, cancellationToken);

    /// <summary>Waits until no session holds a lock key. Survives an outage.</summary>
    /// <remarks>Also waits for data with the name of a lock key: a lock must not overwrite it.</remarks>
    public ValueTask WaitForFreeAsync(string key, string lockKey, long index, CancellationToken cancellationToken) =>
        new(WaitAsync(key, lockKey, index, static entry => entry is null or { Session: "", Flags: ConsulEntry.LockFlag }, cancellationToken));

    /// <summary>Returns a key after its index has passed a known one.</summary>
    public async ValueTask<(ConsulEntry? Entry, long Index)> NextAsync(string key, string lockKey, long index, CancellationToken cancellationToken)
    {
        var range = KvRange.Key(key);
        if (KeyPlaces.PathOf(lockKey) is not { } path)
        {
            var above = await api.WaitForIndexAsync(KeyPlaces.PathAbove(lockKey), index, Wait, range, cancellationToken).ConfigureAwait(false);
            return (await api.GetAsync(lockKey, key, stale: false, cancellationToken).ConfigureAwait(false), Next(above));
        }

        using var opened = await api.WaitAsync(path, null, index, Wait, range, cancellationToken).ConfigureAwait(false);
        var entry = await opened.NextAsync().ConfigureAwait(false) is [var only, ..] ? only : null;
        return (entry, Next(opened.Index));

        // An index that decreases starts again.
        long Next(long reached) => reached < index ? 0 : Math.Max(1, reached);
    }

    private async Task WaitAsync(string key, string lockKey, long index, Func<ConsulEntry?, bool> isMet, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (true)
        {
            try
            {
                (var entry, index) = await NextAsync(key, lockKey, index, cancellationToken).ConfigureAwait(false);
                if (isMet(entry))
                {
                    return;
                }

                pause = FirstPause;
            }
            catch (KvException e) when (e is KvUnreachableException or KvTimeoutException)
            {
                index = 0;
                await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }
}
