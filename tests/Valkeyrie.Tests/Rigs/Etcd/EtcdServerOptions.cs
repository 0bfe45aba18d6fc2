namespace Valkeyrie.Tests.Rigs;

/// <summary>How an etcd of the tests is started.</summary>
internal sealed record EtcdServerOptions
{
    public EtcdServerTls? Tls { get; init; }

    public bool EnableV2 { get; init; }

    public long MaxRequestBytes { get; init; }

    public long QuotaBackendBytes { get; init; }

    /// <summary>Seconds after which a token of the simple kind ends; 0 for the server's own default.</summary>
    public int AuthTokenTtl { get; init; }

    /// <summary>What kind of tokens are given, as the server's <c>--auth-token</c> says it; null for simple ones.</summary>
    public string? AuthToken { get; init; }

    /// <summary>How often clients may ask whether the server is there; null for the server's own default of 5 s.</summary>
    public TimeSpan? KeepAliveMinTime { get; init; }

    public IEnumerable<string> Arguments()
    {
        if (Tls is not null)
        {
            yield return $"--cert-file={Tls.CertificatePath}";
            yield return $"--key-file={Tls.KeyPath}";
        }

        if (Tls?.ClientAuthorityPath is { } authority)
        {
            yield return $"--trusted-ca-file={authority}";
            yield return "--client-cert-auth=true";
        }

        if (EnableV2)
        {
            yield return "--enable-v2=true";
        }

        if (MaxRequestBytes > 0)
        {
            yield return $"--max-request-bytes={MaxRequestBytes}";
        }

        if (QuotaBackendBytes > 0)
        {
            yield return $"--quota-backend-bytes={QuotaBackendBytes}";
        }

        if (AuthTokenTtl > 0)
        {
            yield return $"--auth-token-ttl={AuthTokenTtl}";
        }

        if (AuthToken is not null)
        {
            yield return $"--auth-token={AuthToken}";
        }

        if (KeepAliveMinTime is { } often)
        {
            yield return $"--grpc-keepalive-min-time={often.TotalMilliseconds:0}ms";
        }

        if (EtcdBinary.KnowsNoFsync)
        {
            yield return "--unsafe-no-fsync=true";
        }
    }
}

/// <summary>The server's side of TLS.</summary>
/// <param name="CertificatePath">The server's certificate.</param>
/// <param name="KeyPath">Its key.</param>
/// <param name="ClientAuthorityPath">The authority of client certificates, which then are required; null for none.</param>
internal sealed record EtcdServerTls(string CertificatePath, string KeyPath, string? ClientAuthorityPath = null);
