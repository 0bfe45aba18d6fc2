using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>The sessions of a store: one for calls and watches, and one for each time to live in use. A session that has ended is replaced when it is next
/// needed.</summary>
internal sealed class SessionPool(SessionSettings settings) : IAsyncDisposable
{
    private readonly object _gate = new();
    private readonly Dictionary<long, Session> _byTtl = [];
    private Session _main = new(settings, settings.Timeout);
    private bool _isClosed;

    public SessionSettings Settings => settings;

    /// <summary>The session for calls and watches.</summary>
    /// <exception cref="KvStoreClosedException">The store has been closed.</exception>
    public Session Main
    {
        get
        {
            lock (_gate)
            {
                ThrowIfClosed();
                return _main.HasEnded ? _main = new Session(settings, settings.Timeout) : _main;
            }
        }
    }

    /// <summary>Returns a session that remains for a time if this process dies; the server limits that time.</summary>
    /// <exception cref="KvStoreClosedException">The store has been closed.</exception>
    public Session ForTtl(long seconds)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            if (!_byTtl.TryGetValue(seconds, out var session) || session.HasEnded)
            {
                _byTtl[seconds] = session = new Session(settings, TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue / 1000)));
            }

            return session;
        }
    }

    /// <summary>Makes a call on the main session, or on its successor if it ended before the call was sent.</summary>
    /// <exception cref="KvException">The call was not answered.</exception>
    public async ValueTask<Reply<T>> CallAsync<T>(Request<T> request, string? key, CancellationToken cancellationToken)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                return await Main.CallAsync(request, key, cancellationToken).ConfigureAwait(false);
            }
            catch (SessionException e) when (isFirst && e.Kind == FailureKind.Expired && (e.NotSent || request.IsRepeatable))
            {
                // A new session.
            }
            catch (SessionException e)
            {
                throw settings.Errors.Of(e, key, request.IsRepeatable);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Session[] sessions;
        lock (_gate)
        {
            _isClosed = true;
            sessions = [_main, .. _byTtl.Values];
        }

        await Task.WhenAll(sessions.Select(s => s.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    private void ThrowIfClosed()
    {
        if (_isClosed)
        {
            throw new KvStoreClosedException(settings.Address);
        }
    }
}
