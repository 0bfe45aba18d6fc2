using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Unicode;

namespace Valkeyrie.Etcd.V2;

/// <summary>The body of a write. A DELETE also has one, which is empty: the platform automatically resends a request without a body when its connection breaks,
/// but only this library may decide whether to resend a write.</summary>
internal sealed class FormContent : HttpContent
{
    private static readonly MediaTypeHeaderValue FormType = new("application/x-www-form-urlencoded");
    private static readonly SearchValues<byte> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"u8);

    // Each byte may take three. A server accepts far less, and reports it itself.
    private const int LongestValue = int.MaxValue / 4;

    private readonly byte[] _form;

    public FormContent(byte[] form)
    {
        _form = form;
        Headers.ContentType = FormType;
    }

    /// <summary>True after the transport started to send the body. Before that, the server has no complete request to act on.</summary>
    public bool IsBegun { get; private set; }

    /// <summary>Encodes a value as a form.</summary>
    /// <exception cref="KvInvalidArgumentException">The value is not UTF-8 text.</exception>
    /// <exception cref="KvException">(<see cref="KvErrorCode.QuotaExceeded"/>) The value is far too long.</exception>
    public static byte[] OfValue(ReadOnlySpan<byte> value, string key)
    {
        if (value.Length > LongestValue)
        {
            throw new KvException(KvErrorCode.QuotaExceeded, $"The value for '{key}' has {value.Length} bytes, more than etcd's API 2 accepts (10 MB after escaping).") { Key = key };
        }

        if (!Utf8.IsValid(value))
        {
            throw new KvInvalidArgumentException(
                $"The value for '{key}' is not UTF-8 text, and etcd's API 2 stores only text. Encode it, for example as Base64, or use API 3.") { Key = key };
        }

        var field = "value="u8;
        var form = new byte[field.Length + EscapedLength(value)];
        field.CopyTo(form);
        Escape(value, form.AsSpan(field.Length));
        return form;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _form.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        IsBegun = true;
        return stream.WriteAsync(_form, cancellationToken).AsTask();
    }

    private static int EscapedLength(ReadOnlySpan<byte> value)
    {
        var length = value.Length;
        while (true)
        {
            var at = value.IndexOfAnyExcept(Unreserved);
            if (at < 0)
            {
                return length;
            }

            length += value[at] == (byte)' ' ? 0 : 2;
            value = value[(at + 1)..];
        }
    }

    private static void Escape(ReadOnlySpan<byte> value, Span<byte> form)
    {
        var digits = "0123456789ABCDEF"u8;
        while (true)
        {
            var at = value.IndexOfAnyExcept(Unreserved);
            var plain = at < 0 ? value : value[..at];
            plain.CopyTo(form);
            if (at < 0)
            {
                return;
            }

            form = form[plain.Length..];
            var b = value[at];
            if (b == (byte)' ')
            {
                form[0] = (byte)'+';
                form = form[1..];
            }
            else
            {
                form[0] = (byte)'%';
                form[1] = digits[b >> 4];
                form[2] = digits[b & 15];
                form = form[3..];
            }

            value = value[(at + 1)..];
        }
    }
}
