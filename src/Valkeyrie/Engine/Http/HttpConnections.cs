using System.Net.Security;
using System.Net.Sockets;

namespace Valkeyrie.Engine.Http;

/// <summary>Creates the platform's HTTP/1.1 connections.</summary>
public static class HttpConnections
{
    // Shorter than the limit of any proxy that silently drops idle connections.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(50);

    // HTTP/1.1 has no pings, so TCP keep-alive checks a silent peer: a watch can wait for hours.
    private static readonly TimeSpan AskAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AskInterval = TimeSpan.FromSeconds(5);
    private const int AskTimes = 2;

    /// <summary>Creates HTTP/1.1 connections, one for each concurrent call, which are kept for later calls.</summary>
    public static HttpMessageInvoker CreateHttp11(KvTlsOptions tls, TimeSpan connectTimeout) => new(new SocketsHttpHandler
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        ConnectCallback = (context, cancellationToken) =>
        {
            var url = context.InitialRequestMessage.RequestUri!;
            return new(Dial.OpenAsync(url, url.Scheme == Uri.UriSchemeHttps ? tls : null, SslApplicationProtocol.Http11, AskWhetherAlive, cancellationToken));
        },
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
