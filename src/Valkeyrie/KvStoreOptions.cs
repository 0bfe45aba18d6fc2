using System.Security.Cryptography.X509Certificates;

namespace Valkeyrie;

/// <summary>Options of a store, in addition to its address.</summary>
public sealed record KvStoreOptions
{
    /// <summary>The default timeout: 10 seconds.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The longest timeout of a store or of a lock: a little under 25 days, the limit of a timer.</summary>
    public static readonly TimeSpan LongestTimeout = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>The longest duration of one round trip, including connecting; above zero, at most <see cref="LongestTimeout"/>. Default: 10 seconds.</summary>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>The time for which a connection with active calls or watches may be silent before the client checks that the server is still there. If no
    /// answer arrives within half of this time, the client closes the connection and opens another. Above zero, at most <see cref="LongestTimeout"/>. Default:
    /// 10 seconds. etcd closes connections that check more often than every 5 seconds, unless its <c>--grpc-keepalive-min-time</c> allows it. Only etcd v3 uses
    /// this option.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A prefix that the store adds to every key and removes again; the store then shows only the keys with this prefix. The prefix is used as
    /// written: for a directory, end it with a slash. Default: empty.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The user to sign in as. Default: null, no user.</summary>
    public KvCredential? Credential { get; init; }

    /// <summary>Certificates and checks of a TLS connection. Default: null, the platform's.</summary>
    public KvTlsOptions? Tls { get; init; }

    /// <summary>Refuses options that no store accepts. <see cref="KvStore.Open"/> calls it; call it first if you create a store in another way.</summary>
    /// <exception cref="KvInvalidArgumentException">The timeout or the keep-alive time is zero or less or too long, or the namespace breaks a rule of
    /// <see cref="KeyRules"/>.</exception>
    public void Check()
    {
        if (Timeout <= TimeSpan.Zero)
        {
            throw new KvInvalidArgumentException($"The timeout must be greater than zero; it is {Timeout}.") { ParamName = nameof(Timeout) };
        }

        if (Timeout > LongestTimeout)
        {
            throw new KvInvalidArgumentException($"The timeout must be at most {LongestTimeout}; it is {Timeout}.") { ParamName = nameof(Timeout) };
        }

        if (KeepAlive <= TimeSpan.Zero || KeepAlive > LongestTimeout)
        {
            throw new KvInvalidArgumentException($"The keep-alive time must be greater than zero and at most {LongestTimeout}; it is {KeepAlive}.") { ParamName = nameof(KeepAlive) };
        }

        if (Namespace.Length > 0)
        {
            KeyRules.Check(Namespace, "namespace");
        }
    }
}

/// <summary>A user and a password. <see cref="ToString"/> does not show the password.</summary>
/// <param name="userName">The user.</param>
/// <param name="password">The password.</param>
public sealed class KvCredential(string userName, string password)
{
    /// <summary>The user.</summary>
    public string UserName { get; } = userName;

    /// <summary>Gets the password. A method rather than a property, so that formatters do not show it.</summary>
    public string GetPassword() => password;

    /// <summary>The user's name.</summary>
    public override string ToString() => UserName;
}

/// <summary>Certificates and checks of a TLS connection.</summary>
public sealed record KvTlsOptions
{
    /// <summary>The authorities to trust instead of the platform's. Default: null, the platform's.</summary>
    public X509Certificate2Collection? CertificateAuthorities { get; init; }

    /// <summary>The certificate to present to the server, with its private key. Default: null, none.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>True to accept any server certificate. Use it only for tests. Default: false.</summary>
    public bool SkipCertificateCheck { get; init; }

    /// <summary>Reads certificates from PEM files.</summary>
    /// <param name="caPath">The file of trusted authorities; null for the platform's own.</param>
    /// <param name="certificatePath">The file of the client's certificate; null for none.</param>
    /// <param name="keyPath">The file of its private key; null if it is in the same file as the certificate.</param>
    /// <param name="skipCertificateCheck">See <see cref="SkipCertificateCheck"/>.</param>
    /// <exception cref="KvInvalidArgumentException">A file is missing or does not contain the expected certificate or key.</exception>
    public static KvTlsOptions FromPemFiles(string? caPath, string? certificatePath = null, string? keyPath = null, bool skipCertificateCheck = false) => new()
    {
        CertificateAuthorities = caPath is null ? null : ReadPem(caPath, "authorities", LoadAuthorities),
        ClientCertificate = certificatePath is null ? null : ReadPem(certificatePath, "client certificate", path => LoadWithKey(path, keyPath)),
        SkipCertificateCheck = skipCertificateCheck,
    };

    private static X509Certificate2Collection LoadAuthorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(path);
        return authorities.Count > 0 ? authorities : throw new KvInvalidArgumentException($"'{path}' contains no PEM certificate.");
    }

    private static X509Certificate2 LoadWithKey(string path, string? keyPath)
    {
        using var certificate = LoadPair(path, keyPath);

        // Schannel on Windows requires a key in a key store; the round trip through PKCS #12 stores it in one.
#pragma warning disable SYSLIB0057 // the loader class that replaces this constructor does not exist in .NET 8
        return new X509Certificate2(certificate.Export(X509ContentType.Pkcs12));
#pragma warning restore SYSLIB0057
    }

    private static X509Certificate2 LoadPair(string path, string? keyPath)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(path, keyPath);
        }
        catch (System.Security.Cryptography.CryptographicException e) when (IsEncrypted(File.ReadAllText(keyPath ?? path)))
        {
            throw new KvInvalidArgumentException($"The private key in '{keyPath ?? path}' is encrypted with a password, which is not supported. Store the key without "
                + "one, in a file that only you can read ('openssl pkey -in FILE -out NEWFILE'), or specify a certificate object with its key.", e);
        }
    }

    // PKCS #8 marks encryption in the label, OpenSSL's older form in a header.
    private static bool IsEncrypted(string pem) => pem.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal)
        || pem.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal);

    private static T ReadPem<T>(string path, string what, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException or ArgumentException)
        {
            throw new KvInvalidArgumentException($"The {what} could not be read from '{path}': {e.Message}", e);
        }
    }
}
