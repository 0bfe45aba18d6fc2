using System.Net;
using Valkeyrie.Engine.Http;
using Valkeyrie.Etcd.Cluster;

namespace Valkeyrie.Etcd.V2;

/// <summary>The server refused a request with an error that is not an answer.</summary>
#pragma warning disable CA1032, CA1064 // converted to another error inside the assembly
internal sealed class KeysRefusedException(HttpStatusCode status, KeysError? error) : Exception($"HTTP status {(int)status}.")
{
    public HttpStatusCode Status { get; } = status;

    public KeysError? Error { get; } = error;

    /// <summary>Returns the failure with the error for the caller.</summary>
    public Failure ToFailure(FailedCall call, KvStoreInfo info, bool credentialAccepted)
    {
        var (endpoint, key) = (call.Endpoint, call.Key);
        var text = Error is null ? "" : $"{Error.Message}: {Error.Cause}".TrimEnd('.', ' ');
        return (Error?.ErrorCode, Status) switch
        {
            (KeysErrorCode.Unauthorized, _) or (null, HttpStatusCode.Unauthorized) => new(Unauthorized()),
            (KeysErrorCode.InvalidForm, _) when text.Contains("too large", StringComparison.Ordinal) => new(TooLarge()),
            (null, HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.RequestHeaderFieldsTooLarge or HttpStatusCode.RequestUriTooLong) => new(TooLarge()),
            ( >= KeysErrorCode.FirstOfRequest and < KeysErrorCode.FirstOfRaft, _) => new(
                new KvInvalidArgumentException($"{endpoint} refused the request: {text}.") { Key = key, Endpoint = endpoint }),
            (KeysErrorCode.RaftInternal, _) when text.Contains("timed out", StringComparison.Ordinal) => new(
                new KvTimeoutException($"{endpoint} could not finish in time: {text}.{call.Doubt}") { Key = key, Endpoint = endpoint }) { MayPass = true },
            ( >= KeysErrorCode.FirstOfRaft and < KeysErrorCode.FirstOfEtcd, _) => Unavailable(text),
            (null, HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout) => Unavailable(Message.TrimEnd('.')),
            (null, HttpStatusCode.NotFound) => new(new KvNotSupportedException(
                "the keys API of etcd v2: its server was started without --enable-v2, or is one that no longer knows it. "
                + "Connect with -ApiVersion 3 (the scheme 'etcd', or 'etcds' for TLS)", info) { Key = key }),
            _ => new(new KvUnreachableException(
                KvUnreachableReason.Protocol, $"{endpoint} did not complete the request: {(Error is null ? "it answered with " + Message : text + ".")} Check host and port.")
                { Key = key, Endpoint = endpoint }) { MayPass = true },
        };

        // The server sends the same for a wrong password, a missing one, and a missing permission.
        KvException Unauthorized() =>
            credentialAccepted ? new KvPermissionDeniedException(
                $"{endpoint} does not permit this{call.ForKey}. Ask for the permission, or sign in as another user.") { Key = key, Endpoint = endpoint }
            : info.UserName is null ? new KvException(KvErrorCode.AuthenticationFailed, $"{endpoint} requires a user and password. Check the credential.") { Key = key, Endpoint = endpoint }
            : new KvException(
                KvErrorCode.AuthenticationFailed,
                $"{endpoint} refused the user or password, or the user '{info.UserName}' may not read{(key is null ? " here" : $" or write '{key}'")}. Check the credential.")
                { Key = key, Endpoint = endpoint };

        KvException TooLarge() =>
            new(KvErrorCode.QuotaExceeded, $"The request{call.ForKey} is larger than {endpoint} allows (for API 2, 10 MB after escaping).") { Key = key, Endpoint = endpoint };

        Failure Unavailable(string why) => new(new KvUnreachableException(
            KvUnreachableReason.Unavailable, $"{endpoint} cannot serve now: {why}.{call.Doubt}") { Key = key, Endpoint = endpoint })
            { MayPass = true, EndpointFailed = true };
    }
}
#pragma warning restore CA1032, CA1064
