using System.Globalization;
using System.Text.Json;

namespace Valkeyrie.Etcd.V2;

/// <summary>The server's refusal.</summary>
/// <param name="ErrorCode">See <see cref="KeysErrorCode"/>.</param>
/// <param name="Message">The meaning of the code.</param>
/// <param name="Cause">The path or the comparison.</param>
/// <param name="Index">The store's newest index.</param>
internal sealed record KeysError(int ErrorCode, string? Message, string? Cause, long Index)
{
    /// <summary>True if the refusal answers the request, so that the caller interprets it.</summary>
    public bool IsAnswer => ErrorCode is KeysErrorCode.KeyNotFound or KeysErrorCode.CompareFailed or KeysErrorCode.NotFile or KeysErrorCode.NotDirectory
        or KeysErrorCode.KeyExists or KeysErrorCode.RootReadOnly or KeysErrorCode.WatcherCleared or KeysErrorCode.EventIndexCleared || IsUnchangeableDirectory;

    /// <summary>True for etcd 3.5's answer to every change of an existing directory: it first writes the value, which a directory does not have, and then fails
    /// without an effect (etcd server/etcdserver/api/v2store/store.go, Update).</summary>
    public bool IsUnchangeableDirectory => ErrorCode == KeysErrorCode.RaftInternal && Cause?.Contains(": Not a file", StringComparison.Ordinal) == true;

    /// <summary>The current index of the compared key, from the cause <c>[wanted != current]</c>; 0 if it is missing.</summary>
    public long ComparedIndex
    {
        get
        {
            var text = Cause.AsSpan();
            var at = text.LastIndexOf("!= ", StringComparison.Ordinal);
            return at >= 0 && long.TryParse(text[(at + 3)..].TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : 0;
        }
    }

    /// <summary>Parses an error's body; null if it is not an error.</summary>
    public static KeysError? Read(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, KeysJson.Default.KeysError) is { ErrorCode: > 0 } error ? error : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
