namespace Valkeyrie.Tests.Rigs;

/// <summary>The options of an etcd for tests.</summary>
internal sealed record EtcdServerOptions
{
    public EtcdServerTls? Tls { get; init; }

    public bool EnableV2 { get; init; }

    public long MaxRequestBytes { get; init; }

    public long QuotaBackendBytes { get; init; }

    /// <summary>The time to live of a simple token in seconds; 0 for the server's default.</summary>
    public int AuthTokenTtl { get; init; }

    /// <summary>The kind of tokens, in the form of the server's <c>--auth-token</c>; null for simple ones.</summary>
    public string? AuthToken { get; init; }

    /// <summary>The minimum interval between a client's pings; null for the server's default of 5 s.</summary>
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

/// <summary>The TLS settings of the server.</summary>
/// <param name="CertificatePath">The server's certificate.</param>
/// <param name="KeyPath">Its key.</param>
/// <param name="ClientAuthorityPath">The authority of client certificates, which makes them mandatory; null for none.</param>
internal sealed record EtcdServerTls(string CertificatePath, string KeyPath, string? ClientAuthorityPath = null);
