using System.Net.Security;

namespace Valkeyrie.Etcd.Http2;

/// <summary>Keeps the connection to one peer: makes it when a call needs it, and again when it has ended.</summary>
/// <param name="address">The peer's address.</param>
/// <param name="dial">Makes the transport, over TLS where the address says so.</param>
/// <param name="connectTimeout">How long connecting may take, the peer's greeting included.</param>
/// <param name="keepAlive">How long the peer may be silent while it owes something before it is asked whether it is still there.</param>
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

    /// <summary>A connection that takes calls. Calls that come while it is made wait for the same one.</summary>
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
            // Not bound to the first caller's token: others wait for it too.
            state.Newest = Task.Run(ConnectAsync, CancellationToken.None);
        }

        return new(state.Newest.WaitAsync(cancellationToken));
    }

    public void Dispose()
    {
        List<Http2Connection> open;
        using (var held = _state.Lock())
        {
            // One that is being made ends as soon as it is.
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

                // By TLS 1.3 the server judges the client's certificate when the client takes the handshake for done.
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
        // An older one may still have calls to end.
        public List<Http2Connection> Connections { get; } = [];

        public Task<Http2Connection>? Newest { get; set; }

        public bool IsDisposed { get; set; }
    }
}
