using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>The sessions of a store: one for calls and watches, and one for each time to live that something stands on. One that has ended is replaced
/// when it is next asked for.</summary>
internal sealed class SessionPool(SessionSettings settings) : IAsyncDisposable
{
    private readonly object _gate = new();
    private readonly Dictionary<long, Session> _byTtl = [];
    private Session _main = new(settings, settings.Timeout);
    private bool _isClosed;

    public SessionSettings Settings => settings;

    /// <summary>The session of calls and watches.</summary>
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

    /// <summary>A session that outlives this process for a time; the server keeps that within bounds of its own.</summary>
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

    /// <summary>Makes a call on the main session, or on the next one where that has ended before the call was sent.</summary>
    /// <exception cref="KvException">No answer.</exception>
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
