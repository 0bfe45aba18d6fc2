using System.Diagnostics;
using Valkeyrie.Engine;
using Valkeyrie.Engine.Http;
using Valkeyrie.Engine.Telemetry;
using Valkeyrie.ZooKeeper.Net;
using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>A ZooKeeper session, which survives its connections. The first call opens it. When a connection breaks, the session is resumed on another member,
/// as long as it lives.</summary>
/// <remarks>The servers end a session that they have not heard of for its timeout. This side counts from the time at which the last answered request was sent,
/// so it gives the session up before the servers do, and its users know first.</remarks>
internal sealed class Session : IConnectionOwner, IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    // A closing store must not hang on a dead ensemble; a session that is not closed now expires.
    private static readonly TimeSpan LongestClosing = TimeSpan.FromSeconds(3);

    private readonly SessionSettings _settings;
    private readonly TimeSpan _wantedTimeout;
    private readonly object _gate = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Timer _expiry;
    private TaskCompletionSource<SessionConnection> _next = NewNext();
    private SessionConnection? _connection;
    private SessionException? _why;
    private SessionException? _lastFailure;
    private bool _isConnecting;
    private int _waiting;
    private byte[] _password = [];
    private long _lastZxid;
    private long _renewedAt;

    /// <param name="settings">The store.</param>
    /// <param name="wantedTimeout">The time for which the session shall remain if this process dies; the server limits it.</param>
    public Session(SessionSettings settings, TimeSpan wantedTimeout)
    {
        _settings = settings;
        _wantedTimeout = wantedTimeout;
        _expiry = new Timer(static self => ((Session)self!).OnDeadline(), this, System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);
        Watches = new SessionWatches(this);
    }

    public SessionWatches Watches { get; }

    /// <summary>The number of the session; 0 before it is open.</summary>
    public long Id { get; private set; }

    /// <summary>The last connected member; null before the session is open.</summary>
    public Endpoint? Endpoint { get; private set; }

    /// <summary>The time for which the servers keep a silent session; zero before it is open.</summary>
    public TimeSpan Timeout { get; private set; }

    /// <summary>The newest transaction known to the session.</summary>
    public long LastZxid => Volatile.Read(ref _lastZxid);

    /// <summary>Is cancelled when the session has ended.</summary>
    public CancellationToken Ended => _ended.Token;

    public bool HasEnded => Volatile.Read(ref _why) is not null;

    public bool IsConnected => Volatile.Read(ref _connection) is not null;

    /// <summary>The session as a lease for locks; null before it is open.</summary>
    public RenewedLease? Lease { get; private set; }

    /// <summary>Makes a call. A call that is repeatable or provably was not sent is retried on the session's next connection.</summary>
    /// <param name="request">The call.</param>
    /// <param name="key">The key of the call; null for none.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="KvException">The call was not answered.</exception>
    /// <exception cref="SessionException">The session has ended. The exception states whether the call was sent.</exception>
    public async ValueTask<Reply<T>> CallAsync<T>(Request<T> request, string? key, CancellationToken cancellationToken)
    {
        var observed = CallTelemetry.IsObserved ? CallTelemetry.Begin(ZooKeeperSystem.Instance, request.Op.ToString(), key) : null;
        var deadline = Deadline.Start(_settings.Timeout, cancellationToken, CancellationToken.None);
        SessionConnection? connection = null;
        var lost = 0;
        try
        {
            while (true)
            {
                try
                {
                    connection = null;
                    connection = await ConnectedAsync(deadline.Token).ConfigureAwait(false);
                    observed?.BeginAttempt(connection.Endpoint);
                    var reply = await connection.CallAsync(request, deadline.Token).ConfigureAwait(false);
                    if (reply.Error is ErrorCode.Ok or ErrorCode.NoNode or ErrorCode.NodeExists or ErrorCode.BadVersion)
                    {
                        return reply;
                    }

                    CheckSession(reply.Error, connection);
                    return reply;
                }
                catch (SessionException e) when (
                    !e.EndsSession && connection is not null && e.Kind != FailureKind.TooLarge && (e.NotSent || request.IsRepeatable) && lost++ < _settings.Endpoints.Count)
                {
                    // The next connection may succeed.
                    observed?.Failed(_settings.Errors.Of(e, key, request.IsRepeatable));
                }
            }
        }
        catch (SessionException e)
        {
            var error = _settings.Errors.Of(e, key, request.IsRepeatable);
            observed?.Failed(error);
            if (e.EndsSession && e.Kind != FailureKind.SignInRefused)
            {
                throw;
            }

            throw error;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The caller does not know the deadline's token.
            var cancelled = new OperationCanceledException(cancellationToken);
            observed?.Failed(cancelled);
            throw cancelled;
        }
        catch (OperationCanceledException)
        {
            var error = connection is null ? _settings.Errors.NotConnected(_lastFailure, key) : _settings.Errors.NotAnswered(connection.Endpoint, key, request.IsRepeatable);
            observed?.Failed(error);
            throw error;
        }
        finally
        {
            deadline.End();
            observed?.End();
        }
    }

    /// <summary>Ends the session, also on the servers if they can be reached soon.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Id != 0 && !HasEnded)
        {
            using var time = new CancellationTokenSource(_settings.Timeout < LongestClosing ? _settings.Timeout : LongestClosing);
            try
            {
                await CallAsync(new CloseSessionRequest(), null, time.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is KvException or SessionException or OperationCanceledException)
            {
                // The session expires.
            }
        }

        End(new SessionException(FailureKind.Closed, "The session was closed."));
        await _expiry.DisposeAsync().ConfigureAwait(false);
    }

    void IConnectionOwner.OnAnswered(long sentAt, long zxid)
    {
        // Only one thread reads at a time, and answers arrive in the order of their requests.
        if (sentAt > _renewedAt)
        {
            Volatile.Write(ref _renewedAt, sentAt);
            Lease!.Renewed(Timeout, sentAt);
        }

        if (zxid > _lastZxid)
        {
            Volatile.Write(ref _lastZxid, zxid);
        }
    }

    void IConnectionOwner.OnEvent(WatchEvent happened) => Watches.OnEvent(happened);

    void IConnectionOwner.OnEnded(SessionConnection connection, SessionException why)
    {
        lock (_gate)
        {
            _lastFailure = why;
            if (_connection != connection)
            {
                return;
            }

            // No new connection is started before the watches are notified.
            _connection = null;
            _next = NewNext();
            _isConnecting = true;
        }

        Watches.OnDisconnected(why);
        _ = Task.Run(ConnectAsync);
    }

    private static TaskCompletionSource<SessionConnection> NewNext() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Handles a server's report about the session in place of an answer.</summary>
    private void CheckSession(ErrorCode error, SessionConnection connection)
    {
        switch (error)
        {
            case ErrorCode.SessionExpired:
                End(Why(FailureKind.Expired, "The session has expired."));
                throw _why!.For(notSent: true);
            case ErrorCode.SignInRequired:
                End(Why(FailureKind.SignInRefused, "It serves only sessions that have signed in."));
                throw _why!.For(notSent: true);
            case ErrorCode.AuthFailed:
                End(Why(FailureKind.SignInRefused, "It does not accept the user or password."));
                throw _why!.For(notSent: true);
            case ErrorCode.SessionMoved:
                var moved = Why(FailureKind.ConnectionLost, "The session has moved to another member.");
                connection.End(moved);
                throw moved.For(notSent: true);
        }

        SessionException Why(FailureKind kind, string message) => new(kind, message) { Endpoint = connection.Endpoint };
    }

    private ValueTask<SessionConnection> ConnectedAsync(CancellationToken cancellationToken)
    {
        var connection = Volatile.Read(ref _connection);
        return connection is not null && !HasEnded ? new(connection) : WaitForConnectionAsync(cancellationToken);
    }

    private async ValueTask<SessionConnection> WaitForConnectionAsync(CancellationToken cancellationToken)
    {
        Task<SessionConnection> next;
        lock (_gate)
        {
            if (_why is not null)
            {
                throw _why.For(notSent: true);
            }

            next = _next.Task;
            _waiting++;
            BeginConnecting();
        }

        try
        {
            return await next.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                _waiting--;
            }
        }
    }

    // Called while holding the gate.
    private void BeginConnecting()
    {
        if (!_isConnecting && _connection is null)
        {
            _isConnecting = true;
            _ = Task.Run(ConnectAsync);
        }
    }

    /// <summary>Tries one member after another until one accepts the session, or no caller waits.</summary>
    private async Task ConnectAsync()
    {
        var pause = FirstPause;
        var tried = 0;
        var isFutile = true;
        while (NeedsConnection())
        {
            try
            {
                await ConnectOnceAsync(tried + 1).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException)
            {
                continue;
            }
            catch (SessionException e)
            {
                _lastFailure = e;
                if (e.EndsSession)
                {
                    End(e);
                    continue;
                }

                isFutile &= e.IsFutile;
                if (++tried % _settings.Endpoints.Count != 0)
                {
                    continue;
                }

                if (isFutile)
                {
                    FailWaiting(e);
                }

                isFutile = true;
            }

            await Task.Delay(pause, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private bool NeedsConnection()
    {
        lock (_gate)
        {
            _isConnecting = _why is null && (Id != 0 || _waiting > 0);
            return _isConnecting;
        }
    }

    private async Task ConnectOnceAsync(int attempt)
    {
        var endpoint = _settings.Ring.Next();
        var observed = CallTelemetry.Begin(ZooKeeperSystem.Instance, "Connect", key: null);
        observed?.BeginAttempt(endpoint.ToString(), attempt);
        try
        {
            await ConnectToAsync(endpoint).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            observed?.Failed(e is SessionException refused ? _settings.Errors.Of(refused, key: null, repeatable: true) : e);
            throw;
        }
        finally
        {
            observed?.End();
        }
    }

    private async Task ConnectToAsync(Endpoint endpoint)
    {
        var request = new ConnectRequest(LastZxid, _wantedTimeout, Id, _password);
        var sentAt = Stopwatch.GetTimestamp();
        var (stream, reply) = await Handshake.MakeAsync(_settings, endpoint, request, _ended.Token).ConfigureAwait(false);
        var isFirst = Id == 0;
        Endpoint = endpoint;
        (Id, _password, Timeout) = (reply.SessionId, reply.Password, reply.Timeout);
        Lease ??= new RenewedLease(new KvLease(reply.SessionId, reply.Timeout), sentAt);
        ((IConnectionOwner)this).OnAnswered(sentAt, 0);
        if (isFirst)
        {
            _expiry.Change(Timeout, System.Threading.Timeout.InfiniteTimeSpan);
        }

        var connection = new SessionConnection(stream, endpoint.ToString(), Timeout, this);
        connection.Start();
        try
        {
            await PrepareAsync(connection, isFirst).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            connection.End(e as SessionException ?? new SessionException(FailureKind.CannotServe, "It did not answer in time.", e) { Endpoint = connection.Endpoint });
            throw;
        }

        Publish(connection, isFirst);
    }

    /// <summary>Signs in and restores the watches, before any call.</summary>
    private async Task PrepareAsync(SessionConnection connection, bool isFirst)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        time.CancelAfter(_settings.ConnectTimeout);
        try
        {
            if (_settings.Credential is { } credential)
            {
                var signedIn = await connection.CallAsync(new AuthRequest(credential), time.Token).ConfigureAwait(false);
                CheckSession(signedIn.IsOk ? ErrorCode.Ok : ErrorCode.AuthFailed, connection);
            }

            foreach (var request in isFirst ? [] : Watches.Restored(LastZxid))
            {
                var restored = await connection.CallAsync(request, time.Token).ConfigureAwait(false);
                if (!restored.IsOk)
                {
                    throw new SessionException(FailureKind.CannotServe, $"It does not restore the watches of the session: {restored.Error}.") { Endpoint = connection.Endpoint };
                }
            }
        }
        catch (OperationCanceledException e) when (!_ended.IsCancellationRequested)
        {
            throw new SessionException(FailureKind.CannotServe, "It did not answer in time.", e) { Endpoint = connection.Endpoint };
        }
    }

    private void Publish(SessionConnection connection, bool isFirst)
    {
        TaskCompletionSource<SessionConnection>? next = null;
        lock (_gate)
        {
            _isConnecting = false;
            if (_why is null && !connection.HasEnded)
            {
                _connection = connection;
                next = _next;
            }
            else if (_why is null)
            {
                BeginConnecting();
            }
        }

        if (next is null)
        {
            connection.End(_why ?? new SessionException(FailureKind.ConnectionLost, "The server closed it."));
            return;
        }

        next.TrySetResult(connection);
        if (!isFirst)
        {
            Watches.OnReconnected();
        }
    }

    private void FailWaiting(SessionException why)
    {
        TaskCompletionSource<SessionConnection> next;
        lock (_gate)
        {
            next = _next;
            _next = NewNext();
        }

        next.TrySetException(why.For(notSent: true));
        _ = next.Task.Exception;
    }

    private void OnDeadline()
    {
        var left = Timeout - Stopwatch.GetElapsedTime(Volatile.Read(ref _renewedAt));
        if (left <= TimeSpan.Zero)
        {
            End(new SessionException(FailureKind.Expired, "No server answered within the session's timeout."));
            return;
        }

        try
        {
            _expiry.Change(left + TimeSpan.FromMilliseconds(1), System.Threading.Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // Closed in the meantime.
        }
    }

    private void End(SessionException why)
    {
        SessionConnection? connection;
        TaskCompletionSource<SessionConnection> next;
        lock (_gate)
        {
            if (_why is not null)
            {
                return;
            }

            _why = why;
            (connection, _connection) = (_connection, null);
            next = _next;
        }

        // The users of the session first.
        if (why.Kind == FailureKind.Closed)
        {
            Lease?.Stop();
        }
        else
        {
            Lease?.MarkLost();
        }

        _ended.Cancel();
        Watches.OnEnded(why);
        next.TrySetException(why.For(notSent: true));
        _ = next.Task.Exception;
        connection?.End(why);
    }
}
