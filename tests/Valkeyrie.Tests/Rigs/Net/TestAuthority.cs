using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Valkeyrie.Tests.Rigs;

/// <summary>A certificate authority for one test. It issues certificates as PEM files in a folder.</summary>
internal sealed class TestAuthority : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly TemporaryFolder _folder;
    private readonly string _name;
    private readonly X509Certificate2 _certificate;

    public TestAuthority(TemporaryFolder folder, string name)
    {
        _folder = folder;
        _name = name;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _certificate = request.CreateSelfSigned(Start, End);
        Path = folder.Write($"{name}.pem", _certificate.ExportCertificatePem());
    }

    private static DateTimeOffset Start => DateTimeOffset.UtcNow.AddHours(-1);

    private static DateTimeOffset End => DateTimeOffset.UtcNow.AddDays(1);

    /// <summary>The authority's own certificate.</summary>
    public string Path { get; }

    /// <summary>Issues a server's certificate for names and addresses.</summary>
    public PemFiles IssueServer(params IReadOnlyList<string> names)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        // The etcd server is also its own client, with the same certificate.
        return Issue("server-" + names[0], alternatives.Build(), ServerUse, ClientUse);
    }

    /// <summary>Issues a client's certificate.</summary>
    public PemFiles IssueClient(string name) => Issue(name, null, ClientUse);

    public void Dispose() => _certificate.Dispose();

    private PemFiles Issue(string name, X509Extension? alternatives, params string[] uses)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. uses.Select(u => new Oid(u))], false));
        if (alternatives is not null)
        {
            request.CertificateExtensions.Add(alternatives);
        }

        using var certificate = request.Create(_certificate, Start, End.AddHours(-1), RandomNumberGenerator.GetBytes(8));
        return new PemFiles(
            _folder.Write($"{_name}-{name}.pem", certificate.ExportCertificatePem()),
            _folder.Write($"{_name}-{name}-key.pem", key.ExportPkcs8PrivateKeyPem()));
    }
}

/// <summary>A certificate and its key as files.</summary>
internal sealed record PemFiles(string CertificatePath, string KeyPath);
