using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Valkeyrie.Engine.Http;

/// <summary>Makes a connection, plain or over TLS, whatever is spoken on it then.</summary>
public static class Dial
{
    // What listens at "localhost" does so at the first of these at least, as etcd does.
    private static readonly IPAddress[] Localhost = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    /// <summary>Connects to the host and port of a URL.</summary>
    /// <param name="url">The URL.</param>
    /// <param name="prepare">Sets options of the socket before it connects; null for none.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ConnectException">The name was not found, or nothing listens there.</exception>
    public static async Task<Stream> ConnectAsync(Uri url, Action<Socket>? prepare, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            prepare?.Invoke(socket);
            await ConnectAsync(socket, HostOf(url), url.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception e)
        {
            socket.Dispose();
            throw e is not SocketException error ? e
                : error.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain
                    ? new ConnectException(KvUnreachableReason.NameNotFound, e.Message, e)
                    : new ConnectException(KvUnreachableReason.ConnectionFailed, e.Message, e);
        }
    }

    /// <summary>Makes the TLS handshake on a connection.</summary>
    /// <param name="transport">The connection; closed if the handshake fails.</param>
    /// <param name="url">The host that its certificate must be for.</param>
    /// <param name="options">Certificates and checks.</param>
    /// <param name="protocol">What is to be spoken, for servers that speak several protocols; null for those that speak one.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ConnectException">It failed; the connection is closed.</exception>
    public static async Task<SslStream> HandshakeAsync(
        Stream transport, Uri url, SslClientAuthenticationOptions options, SslApplicationProtocol? protocol, CancellationToken cancellationToken)
    {
        var secured = new SslStream(transport);
        options.TargetHost = HostOf(url);
        options.ApplicationProtocols = protocol is { } offered ? [offered] : null;
        try
        {
            await secured.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
            return secured;
        }
        catch (Exception e)
        {
            await secured.DisposeAsync().ConfigureAwait(false);
            throw e is AuthenticationException or IOException or CertificateRefusedException
                ? new ConnectException(KvUnreachableReason.Tls, e.InnerException?.Message ?? e.Message, e)
                : e;
        }
    }

    // Windows names ::1 first, and asks a closed port for two seconds before it goes on.
    private static ValueTask ConnectAsync(Socket socket, string host, int port, CancellationToken cancellationToken) => OperatingSystem.IsWindows() && host == "localhost"
        ? socket.ConnectAsync(Localhost, port, cancellationToken)
        : socket.ConnectAsync(host, port, cancellationToken);

    private static string HostOf(Uri url) => url.IdnHost.Trim('[', ']');
}
