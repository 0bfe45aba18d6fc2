using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Valkeyrie.Etcd.Transport;

/// <summary>What connections of every kind share: their TLS settings; and those of HTTP/1.1 as the platform keeps them.</summary>
internal static class HttpConnections
{
    // Shorter than the patience of any proxy that drops idle connections silently.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(50);

    // HTTP/1.1 has no pings, so TCP itself asks whether a silent peer is still there: a watch may wait for hours.
    private static readonly TimeSpan AskAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AskInterval = TimeSpan.FromSeconds(5);
    private const int AskTimes = 2;

    /// <summary>HTTP/1.1 connections, as many as there are calls under way, kept for the next calls.</summary>
    public static HttpMessageInvoker CreateHttp11(KvTlsOptions tls, TimeSpan connectTimeout) => new(new SocketsHttpHandler
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var url = context.InitialRequestMessage.RequestUri!;
            var stream = await Dial.ConnectAsync(url, AskWhetherAlive, cancellationToken).ConfigureAwait(false);
            return url.Scheme == Uri.UriSchemeHttps
                ? await Dial.HandshakeAsync(stream, url, Tls(tls), SslApplicationProtocol.Http11, cancellationToken).ConfigureAwait(false)
                : stream;
        },
        ConnectTimeout = connectTimeout,
        MaxResponseHeadersLength = 64,
        PooledConnectionIdleTimeout = IdleTimeout,
        UseCookies = false,
        UseProxy = false,
    });

    /// <summary>The TLS settings of a connection: made anew for each, since a handshake fills them in.</summary>
    public static SslClientAuthenticationOptions Tls(KvTlsOptions tls) => new()
    {
        ClientCertificateContext = tls.ClientCertificate is null ? null : SslStreamCertificateContext.Create(tls.ClientCertificate, null, offline: true),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) => tls.SkipCertificateCheck || Check(certificate, chain, errors, tls.CertificateAuthorities),
    };

    private static void AskWhetherAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)AskAfter.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, (int)AskInterval.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, AskTimes);
    }

    private static bool Check(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, X509Certificate2Collection? authorities)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) || certificate is null)
        {
            throw new CertificateRefusedException("the server showed no certificate");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            throw new CertificateRefusedException($"the server's certificate is for another host name (it is for {NamesOf(certificate)})");
        }

        if (authorities is null ? errors == SslPolicyErrors.None : IsTrusted(certificate, chain, authorities, out chain))
        {
            return true;
        }

        var why = chain?.ChainStatus.Select(s => s.StatusInformation.Trim()).FirstOrDefault(s => s.Length > 0) ?? "no authority vouches for it";
        throw new CertificateRefusedException($"the server's certificate is not trusted ({why}); name its authority with a CA certificate");
    }

    // The extended key usage of a server (RFC 5280, section 4.2.1.12): a client's certificate of the same authority must not pass for one.
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private static bool IsTrusted(X509Certificate certificate, X509Chain? received, X509Certificate2Collection authorities, out X509Chain chain)
    {
        chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid(ServerAuthentication));
        foreach (var element in received?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return chain.Build((X509Certificate2)certificate);
    }

    private static string NamesOf(X509Certificate certificate)
    {
        var names = ((X509Certificate2)certificate).Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(a => a.ToString())));
        return string.Join(", ", names.DefaultIfEmpty(certificate.Subject));
    }
}

/// <summary>Why a server's certificate was refused, thrown through the TLS handshake.</summary>
#pragma warning disable CA1032, CA1064 // made here, with its reason, and mapped to a KvException before a caller sees it
internal sealed class CertificateRefusedException(string reason) : Exception(reason);
#pragma warning restore CA1032, CA1064
