using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Files;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>The certificates of Connect-KvStore: files or certificate objects.</summary>
internal sealed record TlsArguments(object? CaCertificate, object? ClientCertificate, string? ClientKey, bool SkipCertificateCheck)
{
    /// <summary>True if any of them is specified, which implies TLS.</summary>
    public bool Given => CaCertificate is not null || ClientCertificate is not null || ClientKey is not null || SkipCertificateCheck;

    /// <summary>Reads the files.</summary>
    /// <param name="paths">Resolves PowerShell's paths.</param>
    /// <exception cref="KvInvalidArgumentException">A file is missing, or its content is not valid.</exception>
    public KvTlsOptions? Read(PathIntrinsics paths)
    {
        if (!Given)
        {
            return null;
        }

        var authorities = BareWord.Base(CaCertificate);
        var client = BareWord.Base(ClientCertificate);
        if (ClientKey is not null && client is null or X509Certificate2)
        {
            throw new KvInvalidArgumentException(client is null
                ? "-ClientKey requires -ClientCertificate. Specify both."
                : "-ClientKey was specified with a certificate object, which contains its own key. Omit -ClientKey, or specify both as PEM files.");
        }

        var read = KvTlsOptions.FromPemFiles(
            FileOf(authorities, paths), FileOf(client, paths), FileOf(ClientKey, paths), SkipCertificateCheck);
        return read with
        {
            CertificateAuthorities = CollectionOf(authorities) ?? read.CertificateAuthorities,
            ClientCertificate = client as X509Certificate2 ?? read.ClientCertificate,
        };
    }

    private static string? FileOf(object? value, PathIntrinsics paths) => value switch
    {
        null or X509Certificate2 or X509Certificate2Collection or object[] => null,
        FileInfo file => file.FullName,
        string path => FileTarget.PathOf(paths, path),
        _ => throw new KvInvalidArgumentException($"Specify a certificate as a PEM file or a certificate object, not as {value.GetType().Name}."),
    };

    private static X509Certificate2Collection? CollectionOf(object? value) => value switch
    {
        X509Certificate2 one => [one],
        X509Certificate2Collection several => several,
        object[] several => [.. several.Select(item => BareWord.Base(item) as X509Certificate2
            ?? throw new KvInvalidArgumentException("-CaCertificate accepts one PEM file, or certificate objects."))],
        _ => null,
    };
}
