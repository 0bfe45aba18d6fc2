using System.Net.Security;
using Valkeyrie.Etcd.Cluster;

namespace Valkeyrie.Etcd.Http2;

/// <summary>Keeps the connection to one endpoint: makes it when a call needs it, and again when it has ended.</summary>
internal sealed class Http2Connector(Uri address, Func<SslClientAuthenticationOptions> tls, TimeSpan connectTimeout, TimeSpan keepAlive) : IDisposable
{
    private readonly object _gate = new();

    // An older one may still have calls to end.
    private readonly List<Http2Connection> _connections = [];
    private Task<Http2Connection>? _connection;
    private bool _disposed;

    /// <summary>True while there is a connection that has not ended.</summary>
    public bool IsConnected
    {
        get
        {
            lock (_gate)
            {
                return _connections.Exists(static c => !c.HasEnded);
            }
        }
    }

    /// <summary>A connection that takes calls. Calls that come while it is made wait for the same one.</summary>
    public ValueTask<Http2Connection> GetAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_connection is { IsCompletedSuccessfully: true } && _connection.Result.IsUsable)
            {
                return new(_connection.Result);
            }

            if (_connection is null or { IsCompleted: true })
            {
                // Not bound to the first caller's token: others wait for it too.
                _connection = Task.Run(ConnectAsync, CancellationToken.None);
            }

            return new(_connection.WaitAsync(cancellationToken));
        }
    }

    public void Dispose()
    {
        List<Http2Connection> open;
        lock (_gate)
        {
            // One that is being made ends as soon as it is.
            _disposed = true;
            open = [.. _connections];
        }

        open.ForEach(EndDisposed);
    }

    private static void EndDisposed(Http2Connection connection) => connection.End(new ObjectDisposedException(nameof(Http2Connector)));

    private Http2Connection Keep(Http2Connection connection)
    {
        lock (_gate)
        {
            _connections.RemoveAll(static c => c.HasEnded);
            if (!_disposed)
            {
                _connections.Add(connection);
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
            transport = await Dial.ConnectAsync(address, null, timeout.Token).ConfigureAwait(false);
            if (address.Scheme == Uri.UriSchemeHttps)
            {
                var secured = await Dial.HandshakeAsync(transport, address, tls(), SslApplicationProtocol.Http2, timeout.Token).ConfigureAwait(false);
                transport = secured;
                if (secured.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2)
                {
                    throw new Http2ConnectException(KvUnreachableReason.Protocol, "It does not offer HTTP/2.");
                }
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
                OperationCanceledException => new TimeoutException("The connection was not made in time.", e),

                // By TLS 1.3 the server judges the client's certificate when the client takes the handshake for done.
                Http2ConnectionLostException when transport is SslStream => new Http2ConnectException(
                    KvUnreachableReason.Tls, $"It ended the connection at once ({Cause(e).Message}); perhaps it wants another client certificate.", e),
                Http2ConnectionLostException => new Http2ConnectException(
                    KvUnreachableReason.Protocol, "It closes the connection at once; perhaps it wants TLS.", e),
                Http2ProtocolException => new Http2ConnectException(KvUnreachableReason.Protocol, e.Message, e),
                _ => e,
            };
        }
    }

    private static Exception Cause(Exception e) => e.InnerException is { } inner ? Cause(inner) : e;
}
