using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Valkeyrie.Engine.Http;

/// <summary>Decides whether to accept a server's certificate: it must be issued for the requested host by a trusted authority.</summary>
public static class ServerCertificate
{
    // The extended key usage of a server (RFC 5280, section 4.2.1.12). A client's certificate of the same authority must not be accepted as a server's.
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>Accepts a certificate or throws the reason for the refusal.</summary>
    /// <param name="certificate">The server's certificate.</param>
    /// <param name="received">The chain as built by the platform.</param>
    /// <param name="errors">The errors found by the platform.</param>
    /// <param name="authorities">The authorities to trust; null for those of the machine.</param>
    /// <exception cref="CertificateRefusedException">The certificate is not accepted.</exception>
    public static bool Check(X509Certificate? certificate, X509Chain? received, SslPolicyErrors errors, X509Certificate2Collection? authorities)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) || certificate is null)
        {
            throw new CertificateRefusedException("the server presented no certificate");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            throw new CertificateRefusedException($"the server's certificate is for another host name ({NamesOf(certificate)})");
        }

        if (authorities is not null)
        {
            CheckTrust(certificate, received, authorities);
        }
        else if (errors != SslPolicyErrors.None)
        {
            throw NotTrusted(received);
        }

        return true;
    }

    private static void CheckTrust(X509Certificate certificate, X509Chain? received, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        foreach (var element in received?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        if (!chain.Build((X509Certificate2)certificate))
        {
            throw NotTrusted(chain);
        }
    }

    private static CertificateRefusedException NotTrusted(X509Chain? chain)
    {
        var why = chain?.ChainStatus.Select(s => s.StatusInformation.Trim()).FirstOrDefault(s => s.Length > 0) ?? "its authority is unknown";
        return new CertificateRefusedException($"the server's certificate is not trusted ({why}); specify the CA certificate of its authority");
    }

    private static string NamesOf(X509Certificate certificate)
    {
        var names = ((X509Certificate2)certificate).Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(a => a.ToString())));
        return string.Join(", ", names.DefaultIfEmpty(certificate.Subject));
    }
}
