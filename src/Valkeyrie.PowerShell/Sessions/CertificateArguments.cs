using System.Management.Automation;
using System.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Files;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>Finds the certificates that values are sealed for, and the one that opens them.</summary>
internal static class CertificateArguments
{
    /// <summary>Gets the certificates of recipients.</summary>
    /// <param name="recipients">The recipients: certificates, files, thumbprints or subjects.</param>
    /// <param name="session">Resolves paths and finds certificates.</param>
    /// <exception cref="KvInvalidArgumentException">One is not found, or is not valid for document encryption.</exception>
    public static CmsRecipientCollection Recipients(CmsMessageRecipient[] recipients, SessionState session)
    {
        var found = new CmsRecipientCollection();
        foreach (var recipient in recipients)
        {
            recipient.Resolve(session, ResolutionPurpose.Encryption, out var error);
            if (error is not null)
            {
                throw new KvInvalidArgumentException($"The value cannot be sealed for -Recipient: {error.Exception.Message}", error.Exception);
            }

            foreach (var certificate in recipient.Certificates)
            {
                found.Add(new CmsRecipient(certificate));
            }
        }

        return found;
    }

    /// <summary>Gets the certificate with the private key that opens values.</summary>
    /// <param name="certificate">A certificate, a file (PFX or PEM), or the thumbprint or subject of a certificate of this user; null for any certificate of
    /// this user.</param>
    /// <param name="privateKey">The PEM file with the key; null if the file of the certificate contains it.</param>
    /// <param name="password">The password of the file with the key; null if it is not encrypted.</param>
    /// <param name="session">Resolves paths and finds certificates.</param>
    /// <param name="cancellationToken">Cancels the reading of the files.</param>
    /// <exception cref="KvInvalidArgumentException">The certificate is not found or has no private key, or the password is wrong.</exception>
    public static async Task<X509Certificate2?> WithPrivateKeyAsync(
        object? certificate, string? privateKey, SecureString? password, SessionState session, CancellationToken cancellationToken)
    {
        var plain = BareWord.Unwrapped(certificate);
        if (plain is null)
        {
            return privateKey is null && password is null ? null : throw new KvInvalidArgumentException("-PrivateKey and -Password require -Certificate. Specify the file of the certificate.");
        }

        var file = FileOf(plain, session);
        if (file is null && (privateKey is not null || password is not null))
        {
            throw new KvInvalidArgumentException("-PrivateKey and -Password are for a -Certificate from a file. Omit them, or specify the file.");
        }

        var found = file is null ? plain as X509Certificate2 ?? InStore((string)plain, session)
            : await ReadAsync(file, privateKey is null ? null : FileTarget.PathOf(session.Path, privateKey), password, cancellationToken).ConfigureAwait(false);
        return found.HasPrivateKey ? found : throw new KvInvalidArgumentException(
            $"The certificate '{found.Subject}' of -Certificate has no private key, which is necessary to open a value. Specify a PFX file, or the key in PEM with -PrivateKey.");
    }

    // Null for a certificate or its name.
    private static string? FileOf(object certificate, SessionState session) => certificate switch
    {
        X509Certificate2 => null,
        FileInfo file => file.FullName,
        string text => PathIn(text, session),
        _ => throw new KvInvalidArgumentException(
            $"-Certificate cannot be a {certificate.GetType().Name}. Specify a certificate, a PFX or PEM file, or the thumbprint or subject of a certificate in your store."),
    };

    private static string? PathIn(string text, SessionState session)
    {
        try
        {
            return FileTarget.PathOf(session.Path, text) is var path && File.Exists(path) ? path : null;
        }
        catch (Exception e) when (e is KvInvalidArgumentException or RuntimeException and not PipelineStoppedException)
        {
            // A path of the certificates' drive, or the subject of a certificate.
            return null;
        }
    }

    private static X509Certificate2 InStore(string name, SessionState session)
    {
        var recipient = new CmsMessageRecipient(name);
        recipient.Resolve(session, ResolutionPurpose.Decryption, out var error);
        return error is null && recipient.Certificates.FirstOrDefault() is { } certificate
            ? certificate
            : throw new KvInvalidArgumentException(
                $"The certificate '{name}' of -Certificate is neither a file nor a certificate in your store with a private key.{(error is null ? "" : $" {error.Exception.Message}")}", error?.Exception);
    }

    private static async Task<X509Certificate2> ReadAsync(string path, string? keyPath, SecureString? password, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
            if (!bytes.AsSpan().StartsWith("-----BEGIN "u8) && bytes.AsSpan().IndexOf("\n-----BEGIN "u8) < 0)
            {
                return keyPath is null ? OfPfx(bytes, password) : throw new KvInvalidArgumentException($"-PrivateKey is for a certificate in PEM, and the file '{path}' is not. Omit -PrivateKey.");
            }

            var certificate = Encoding.UTF8.GetString(bytes);
            return OfPem(certificate, keyPath is null ? certificate : await File.ReadAllTextAsync(keyPath, cancellationToken).ConfigureAwait(false), password);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new KvInvalidArgumentException($"The file '{keyPath ?? path}' does not contain the private key of the certificate, or it needs another -Password: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KvInvalidArgumentException($"The certificate cannot be read: {e.Message}", e);
        }
    }

    private static X509Certificate2 OfPfx(byte[] bytes, SecureString? password) =>
        new(bytes, password, OperatingSystem.IsMacOS() ? X509KeyStorageFlags.DefaultKeySet : X509KeyStorageFlags.EphemeralKeySet);

    private static X509Certificate2 OfPem(string certificate, string key, SecureString? password)
    {
        if (password is null)
        {
            return key.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal)
                ? throw new CryptographicException("The private key is encrypted.")
                : key.Contains(" PRIVATE KEY-----", StringComparison.Ordinal) ? X509Certificate2.CreateFromPem(certificate, key) : X509Certificate2.CreateFromPem(certificate);
        }

        var text = SealedValue.TextOf(password);
        try
        {
            return X509Certificate2.CreateFromEncryptedPem(certificate, key, text);
        }
        finally
        {
            Array.Clear(text);
        }
    }
}
