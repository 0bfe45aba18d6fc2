using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Seals values for certificates and opens them: messages in CMS (RFC 5652) in the format of Protect-CmsMessage. The content of a message is the bytes
/// of the value.</summary>
/// <remarks>PowerShell's own commands accept only text, and a session that logs parameters would log the value.</remarks>
internal static class SealedValue
{
    // AES with 256 bits in CBC mode, as in Protect-CmsMessage.
    private const string Encryption = "2.16.840.1.101.3.4.1.42";

    private static ReadOnlySpan<byte> Begin => "-----BEGIN CMS-----"u8;

    private static ReadOnlySpan<byte> End => "-----END CMS-----"u8;

    /// <summary>Checks whether a value begins like a message.</summary>
    /// <param name="value">The value.</param>
    public static bool Is(ReadOnlySpan<byte> value) => value.TrimStart(" \t\r\n"u8).StartsWith(Begin);

    /// <summary>Seals a value in a message that only the recipients can open.</summary>
    /// <param name="value">The value.</param>
    /// <param name="recipients">Their certificates.</param>
    /// <param name="key">The key of the value, for errors.</param>
    /// <exception cref="KvInvalidArgumentException">The system does not support the kind of key of a certificate.</exception>
    public static byte[] Seal(ReadOnlyMemory<byte> value, CmsRecipientCollection recipients, string key)
    {
        var content = value.ToArray();
        try
        {
            var message = new EnvelopedCms(new ContentInfo(content), new AlgorithmIdentifier(new Oid(Encryption)));
            message.Encrypt(recipients);
            return Encoding.ASCII.GetBytes(
                $"{Encoding.ASCII.GetString(Begin)}{Environment.NewLine}{Convert.ToBase64String(message.Encode(), Base64FormattingOptions.InsertLineBreaks)}{Environment.NewLine}{Encoding.ASCII.GetString(End)}");
        }
        catch (CryptographicException e)
        {
            throw new KvInvalidArgumentException($"The value of '{key}' cannot be sealed for -Recipient: {e.Message}", e) { Key = key };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>Gets the text of a SecureString in UTF-8. The caller clears it.</summary>
    /// <param name="secret">The secret.</param>
    public static byte[] BytesOf(SecureString secret)
    {
        var text = TextOf(secret);
        try
        {
            return Encoding.UTF8.GetBytes(text);
        }
        finally
        {
            Array.Clear(text);
        }
    }

    /// <summary>Gets the text of a SecureString. The caller clears it.</summary>
    /// <param name="secret">The secret.</param>
    public static char[] TextOf(SecureString secret)
    {
        var text = new char[secret.Length];
        var plain = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            Marshal.Copy(plain, text, 0, text.Length);
            return text;
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(plain);
        }
    }

    /// <summary>Opens a message and returns its content.</summary>
    /// <param name="value">The message.</param>
    /// <param name="certificate">The certificate whose private key decrypts it; null for the certificates in the stores of this user and of the
    /// machine.</param>
    /// <exception cref="FormatException">It is not a sealed value.</exception>
    /// <exception cref="CryptographicException">No private key of a recipient is available, or the message is damaged.</exception>
    public static byte[] Open(ReadOnlySpan<byte> value, X509Certificate2? certificate)
    {
        var message = Parse(value);
        if (certificate is null)
        {
            message.Decrypt();
            return message.ContentInfo.Content;
        }

        var recipient = message.RecipientInfos.Cast<RecipientInfo>().FirstOrDefault(recipient => recipient.RecipientIdentifier.MatchesCertificate(certificate))
            ?? throw new CryptographicException($"The value is not sealed for the certificate '{certificate.Subject}' ({certificate.Thumbprint}).");
        using var key = certificate.GetRSAPrivateKey();
        if (key is null)
        {
            message.Decrypt(recipient, [certificate]);
        }
        else
        {
            message.Decrypt(recipient, key);
        }

        return message.ContentInfo.Content;
    }

    private static EnvelopedCms Parse(ReadOnlySpan<byte> value)
    {
        var begin = value.IndexOf(Begin);
        var end = value.LastIndexOf(End);
        if (begin < 0 || end < begin)
        {
            throw new FormatException("It is not sealed.");
        }

        if (!value[..begin].Trim(" \t\r\n"u8).IsEmpty || !value[(end + End.Length)..].Trim(" \t\r\n"u8).IsEmpty)
        {
            throw new FormatException("The value contains other text next to the message. Use Unprotect-CmsMessage -IncludeContext to open it.");
        }

        var message = new EnvelopedCms();
        try
        {
            message.Decode(Convert.FromBase64String(Encoding.ASCII.GetString(value[(begin + Begin.Length)..end])));
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            throw new FormatException("The message is damaged.", e);
        }

        return message;
    }
}
