using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Valkeyrie.Etcd.Transport;

/// <summary>The HTTP/2 connections of a channel, one multiplexed connection an endpoint.</summary>
internal static class HttpConnections
{
    // The longest allowed by the platform: a reply of many megabytes must not stop for each 64 KiB to be acknowledged.
    private const int StreamWindow = 16 << 20;

    // etcd closes connections that ping more often than every 5 s, or without an open call (grpc-keepalive-min-time).
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(5);

    // Shorter than the patience of any proxy that drops idle connections silently.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(50);
    private static readonly TimeSpan ConnectTimeoutAmongSeveral = TimeSpan.FromSeconds(2);

    public static HttpMessageInvoker Create(KvStoreOptions options, int endpoints) => new(new SocketsHttpHandler
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        ConnectTimeout = endpoints > 1 && options.Timeout > ConnectTimeoutAmongSeveral ? ConnectTimeoutAmongSeveral : options.Timeout,
        EnableMultipleHttp2Connections = true,
        InitialHttp2StreamWindowSize = StreamWindow,
        KeepAlivePingDelay = PingAfter,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        KeepAlivePingTimeout = PingTimeout,
        MaxResponseHeadersLength = 64,
        PooledConnectionIdleTimeout = IdleTimeout,
        SslOptions = Tls(options.Tls ?? new KvTlsOptions()),
        UseCookies = false,
        UseProxy = false,
    });

    /// <summary>The TLS settings of a connection: made anew for each, since a handshake fills them in.</summary>
    public static SslClientAuthenticationOptions Tls(KvTlsOptions tls) => new()
    {
        ClientCertificateContext = tls.ClientCertificate is null ? null : SslStreamCertificateContext.Create(tls.ClientCertificate, null, offline: true),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) => tls.SkipCertificateCheck || Check(certificate, chain, errors, tls.CertificateAuthorities),
    };

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

    private static bool IsTrusted(X509Certificate certificate, X509Chain? received, X509Certificate2Collection authorities, out X509Chain chain)
    {
        chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
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
