using System.Net.Security;

namespace Valkeyrie.Etcd.Http2;

/// <summary>Keeps the connection to one peer: opens it when a call needs it, and again when it has ended.</summary>
/// <param name="address">The peer's address.</param>
/// <param name="dial">Opens the transport, over TLS if the address requires it.</param>
/// <param name="connectTimeout">The longest duration of connecting, including the peer's greeting.</param>
/// <param name="keepAlive">The time for which a peer that owes a response may be silent before it is pinged.</param>
internal sealed class Http2Connector(Uri address, Func<CancellationToken, Task<Stream>> dial, TimeSpan connectTimeout, TimeSpan keepAlive) : IDisposable
{
    private readonly Guarded<State> _state = new(new State());

    /// <summary>True while there is a connection that has not ended.</summary>
    public bool IsConnected
    {
        get
        {
            using var held = _state.Lock();
            return held.Value.Connections.Exists(static c => !c.HasEnded);
        }
    }

    /// <summary>Returns a connection that accepts calls. Concurrent calls wait for the same new connection.</summary>
    public ValueTask<Http2Connection> GetAsync(CancellationToken cancellationToken)
    {
        using var held = _state.Lock();
        var state = held.Value;
        ObjectDisposedException.ThrowIf(state.IsDisposed, this);
        if (state.Newest is { IsCompletedSuccessfully: true } made && made.Result.IsUsable)
        {
            return new(made.Result);
        }

        if (state.Newest is null or { IsCompleted: true })
        {
            // Not cancelled by the first caller's token, because other callers wait for it too.
            state.Newest = Task.Run(ConnectAsync, CancellationToken.None);
        }

        return new(state.Newest.WaitAsync(cancellationToken));
    }

    public void Dispose()
    {
        List<Http2Connection> open;
        using (var held = _state.Lock())
        {
            // A pending connection is closed as soon as it is open.
            held.Value.IsDisposed = true;
            open = [.. held.Value.Connections];
        }

        open.ForEach(EndDisposed);
    }

    private static void EndDisposed(Http2Connection connection) => connection.End(new ObjectDisposedException(nameof(Http2Connector)));

    private Http2Connection Keep(Http2Connection connection)
    {
        using (var held = _state.Lock())
        {
            held.Value.Connections.RemoveAll(static c => c.HasEnded);
            if (!held.Value.IsDisposed)
            {
                held.Value.Connections.Add(connection);
                return connection;
            }
        }

        EndDisposed(connection);
        return connection;
    }

    private async Task<Http2Connection> ConnectAsync()
    {
        using var timeout = new CancellationTokenSource(connectTimeout);
        Stream? transport = null;
        try
        {
            transport = await dial(timeout.Token).ConfigureAwait(false);
            if (transport is SslStream secured && secured.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2)
            {
                throw new Http2ConnectException("It does not offer HTTP/2.");
            }

            return Keep(await Http2Connection.StartAsync(transport, address, keepAlive, timeout.Token).ConfigureAwait(false));
        }
        catch (Exception e)
        {
            if (transport is not null)
            {
                await transport.DisposeAsync().ConfigureAwait(false);
            }

            throw e switch
            {
                OperationCanceledException => new TimeoutException("The connection was not established in time.", e),

                // With TLS 1.3, the server checks the client's certificate after the client considers the handshake complete.
                Http2ConnectionLostException when transport is SslStream => new Http2ConnectException(
                    $"It ended the connection at once ({Cause(e).Message}); it may require another client certificate.", e) { EndedAfterHandshake = true },
                Http2ConnectionLostException => new Http2ConnectException("It closes the connection at once; it may require TLS.", e),
                Http2ProtocolException => new Http2ConnectException(e.Message, e),
                _ => e,
            };
        }
    }

    private static Exception Cause(Exception e) => e.InnerException is { } inner ? Cause(inner) : e;

    private sealed class State
    {
        // An older connection may still have unfinished calls.
        public List<Http2Connection> Connections { get; } = [];

        public Task<Http2Connection>? Newest { get; set; }

        public bool IsDisposed { get; set; }
    }
}
