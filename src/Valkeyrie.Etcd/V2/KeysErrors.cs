using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Valkeyrie.Etcd.Transport;

namespace Valkeyrie.Etcd.V2;

/// <summary>The error codes of the keys API (etcd v2error/error.go).</summary>
internal static class KeysErrorCode
{
    public const int KeyNotFound = 100;
    public const int CompareFailed = 101;
    public const int NotFile = 102;
    public const int NotDirectory = 104;
    public const int KeyExists = 105;
    public const int RootReadOnly = 107;
    public const int Unauthorized = 110;
    public const int FirstOfRequest = 200;
    public const int InvalidForm = 210;
    public const int FirstOfRaft = 300;
    public const int RaftInternal = 300;
    public const int FirstOfEtcd = 400;
    public const int WatcherCleared = 400;
    public const int EventIndexCleared = 401;
}

/// <summary>The server's refusal.</summary>
/// <param name="ErrorCode">See <see cref="KeysErrorCode"/>.</param>
/// <param name="Message">What the code means.</param>
/// <param name="Cause">The path, or what was compared.</param>
/// <param name="Index">The store's newest index.</param>
internal sealed record KeysError(int ErrorCode, string? Message, string? Cause, long Index)
{
    /// <summary>True if the request was understood and answered: the caller knows what it means for it.</summary>
    public bool IsAnswer => ErrorCode is KeysErrorCode.KeyNotFound or KeysErrorCode.CompareFailed or KeysErrorCode.NotFile or KeysErrorCode.NotDirectory
        or KeysErrorCode.KeyExists or KeysErrorCode.RootReadOnly or KeysErrorCode.WatcherCleared or KeysErrorCode.EventIndexCleared;

    /// <summary>The index at which the compared key is, as the cause <c>[wanted != current]</c> says; 0 where it does not.</summary>
    public long ComparedIndex
    {
        get
        {
            var text = Cause.AsSpan();
            var at = text.LastIndexOf("!= ", StringComparison.Ordinal);
            return at >= 0 && long.TryParse(text[(at + 3)..].TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : 0;
        }
    }

    /// <summary>Reads an error's body; null if it is none.</summary>
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

/// <summary>What <c>/version</c> answers; releases before 2.1 call it <see cref="ReleaseVersion"/>.</summary>
/// <param name="Etcdserver">The server's version.</param>
/// <param name="ReleaseVersion">The same of old.</param>
internal sealed record VersionReply(string? Etcdserver, string? ReleaseVersion);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KeysError))]
[JsonSerializable(typeof(VersionReply))]
internal sealed partial class KeysJson : JsonSerializerContext;

/// <summary>A refusal that is no answer to the request.</summary>
#pragma warning disable CA1032, CA1064 // mapped to a KvException before a caller sees it
internal sealed class KeysRefusedException(HttpStatusCode status, KeysError? error) : Exception($"HTTP status {(int)status}.")
{
    public HttpStatusCode Status { get; } = status;

    public KeysError? Error { get; } = error;

    /// <summary>What the caller is told, and what may be done about it.</summary>
    public Failure ToFailure(string endpoint, string? key, KvStoreInfo info, bool credentialAccepted)
    {
        var text = Error is null ? "" : $"{Error.Message}: {Error.Cause}".TrimEnd('.', ' ');
        return (Error?.ErrorCode, Status) switch
        {
            (KeysErrorCode.Unauthorized, _) or (null, HttpStatusCode.Unauthorized) => new(Unauthorized()),
            (KeysErrorCode.InvalidForm, _) when text.Contains("too large", StringComparison.Ordinal) => new(TooLarge()),
            (null, HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.RequestHeaderFieldsTooLarge or HttpStatusCode.RequestUriTooLong) => new(TooLarge()),
            ( >= KeysErrorCode.FirstOfRequest and < KeysErrorCode.FirstOfRaft, _) => new(
                new KvInvalidArgumentException($"{endpoint} refused the request: {text}.") { Key = key, Endpoint = endpoint }),
            (KeysErrorCode.RaftInternal, _) when text.Contains("timed out", StringComparison.Ordinal) => new(
                new KvTimeoutException($"{endpoint} could not finish in time: {text}. A write may have been made.") { Key = key, Endpoint = endpoint }) { MayPass = true },
            ( >= KeysErrorCode.FirstOfRaft and < KeysErrorCode.FirstOfEtcd, _) => Unavailable(text),
            (null, HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout) => Unavailable(Message.TrimEnd('.')),
            (null, HttpStatusCode.NotFound) => new(new KvNotSupportedException(
                "the keys API of etcd v2: its server was started without --enable-v2, or is one that no longer knows it. "
                + "Connect with -ApiVersion 3 (the scheme 'etcd', or 'etcds' for TLS)", info) { Key = key }),
            _ => new(new KvUnreachableException(
                KvUnreachableReason.Protocol, $"{endpoint} did not do as asked: {(Error is null ? "it answered with " + Message : text + ".")} Check host and port.")
                { Key = key, Endpoint = endpoint }) { MayPass = true },
        };

        // The server says the same of a wrong password, of a missing one, and of a user who may not do this.
        KvException Unauthorized() =>
            credentialAccepted ? new KvPermissionDeniedException(
                $"{endpoint} does not permit this{(key is null ? "" : $" for '{key}'")}. Ask for the permission, or sign in as another user.") { Key = key, Endpoint = endpoint }
            : info.UserName is null ? new KvAuthenticationException($"{endpoint} asks for a user and password, and none was given. Check the credential.") { Key = key, Endpoint = endpoint }
            : new KvAuthenticationException(
                $"{endpoint} refused the user or password, or the user '{info.UserName}' may not read{(key is null ? " here" : $" or write '{key}'")}. Check the credential.")
                { Key = key, Endpoint = endpoint };

        KvQuotaExceededException TooLarge() =>
            new($"The request{(key is null ? "" : $" for '{key}'")} is larger than {endpoint} takes (for APIv2 10 MB once its bytes are escaped).") { Key = key, Endpoint = endpoint };

        Failure Unavailable(string why) => new(new KvUnreachableException(
            KvUnreachableReason.Unavailable, $"{endpoint} cannot serve now: {why}. A write may have been made.") { Key = key, Endpoint = endpoint })
            { MayPass = true, EndpointFailed = true };
    }
}
#pragma warning restore CA1032, CA1064
