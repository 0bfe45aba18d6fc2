using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Valkeyrie.Engine.Http;

/// <summary>Opens connections, plain or over TLS, for any protocol.</summary>
public static class Dial
{
    // A server on "localhost" listens at least at the first of these addresses, as etcd does.
    private static readonly IPAddress[] Localhost = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    /// <summary>Connects to the host and port of a URL, over TLS if <paramref name="tls"/> is not null.</summary>
    /// <param name="url">The URL.</param>
    /// <param name="tls">The certificates and checks of TLS; null for a plain connection.</param>
    /// <param name="protocol">The protocol to negotiate, for servers with several protocols; null for servers with one. A server may leave it unconfirmed; see
    /// <see cref="SslStream.NegotiatedApplicationProtocol"/>.</param>
    /// <param name="prepare">Sets options of the socket before it connects; null for none.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ConnectException">The name was not found, no program listens there, or the TLS handshake failed.</exception>
    public static async Task<Stream> OpenAsync(
        Uri url, KvTlsOptions? tls, SslApplicationProtocol? protocol, Action<Socket>? prepare, CancellationToken cancellationToken)
    {
        var transport = await ConnectAsync(url, prepare, cancellationToken).ConfigureAwait(false);
        return tls is null ? transport : await HandshakeAsync(transport, url, tls, protocol, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Stream> ConnectAsync(Uri url, Action<Socket>? prepare, CancellationToken cancellationToken)
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

    private static async Task<SslStream> HandshakeAsync(
        Stream transport, Uri url, KvTlsOptions tls, SslApplicationProtocol? protocol, CancellationToken cancellationToken)
    {
        var secured = new SslStream(transport);
        try
        {
            await secured.AuthenticateAsClientAsync(OptionsOf(url, tls, protocol), cancellationToken).ConfigureAwait(false);
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

    private static SslClientAuthenticationOptions OptionsOf(Uri url, KvTlsOptions tls, SslApplicationProtocol? protocol) => new()
    {
        TargetHost = HostOf(url),
        ApplicationProtocols = protocol is { } offered ? [offered] : null,
        ClientCertificateContext = tls.ClientCertificate is null ? null : SslStreamCertificateContext.Create(tls.ClientCertificate, null, offline: true),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            tls.SkipCertificateCheck || ServerCertificate.Check(certificate, chain, errors, tls.CertificateAuthorities),
    };

    // Windows names ::1 first, and tries a closed port for two seconds before the next address.
    private static ValueTask ConnectAsync(Socket socket, string host, int port, CancellationToken cancellationToken) => OperatingSystem.IsWindows() && host == "localhost"
        ? socket.ConnectAsync(Localhost, port, cancellationToken)
        : socket.ConnectAsync(host, port, cancellationToken);

    private static string HostOf(Uri url) => url.IdnHost.Trim('[', ']');
}
