using System.Net.Security;
using System.Net.Sockets;
using Valkeyrie.Etcd.Cluster;

namespace Valkeyrie.Etcd.V2;

/// <summary>The HTTP/1.1 connections of APIv2, as the platform keeps them.</summary>
internal static class KeysConnections
{
    // Shorter than the patience of any proxy that drops idle connections silently.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(50);

    // HTTP/1.1 has no pings, so TCP itself asks whether a silent peer is still there: a watch may wait for hours.
    private static readonly TimeSpan AskAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AskInterval = TimeSpan.FromSeconds(5);
    private const int AskTimes = 2;

    /// <summary>As many connections as there are calls under way, kept for the next calls.</summary>
    public static HttpMessageInvoker Create(KvTlsOptions tls, TimeSpan connectTimeout) => new(new SocketsHttpHandler
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        ConnectCallback = (context, cancellationToken) => new ValueTask<Stream>(
            Dial.OpenAsync(context.InitialRequestMessage.RequestUri!, tls, SslApplicationProtocol.Http11, AskWhetherAlive, cancellationToken)),
        ConnectTimeout = connectTimeout,
        MaxResponseHeadersLength = 64,
        PooledConnectionIdleTimeout = IdleTimeout,
        UseCookies = false,
        UseProxy = false,
    });

    private static void AskWhetherAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)AskAfter.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, (int)AskInterval.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, AskTimes);
    }
}
