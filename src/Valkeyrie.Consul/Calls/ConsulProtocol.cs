using System.Net;
using Valkeyrie.Engine.Http;
using Valkeyrie.Engine.Telemetry;

namespace Valkeyrie.Consul.Calls;

/// <summary>The specifics of Consul's HTTP API: the token and the errors.</summary>
/// <param name="info">The store.</param>
/// <param name="token">The token; null for none.</param>
internal sealed class ConsulProtocol(KvStoreInfo info, string? token) : HttpProtocol
{
    private const string TokenHeader = "X-Consul-Token";
    private const string KeysPath = "/v1/kv";

    // The longest name of a kind of call, such as /v1/session/renew: a session's id can follow.
    private const int MostParts = 3;

    public override string Name => "Consul's HTTP API";

    public override StoreSystem System { get; } = new("consul");

    public override string OperationOf(HttpCall request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var path = request.Target.Split('?')[0];
        var kind = path.StartsWith(KeysPath + "/", StringComparison.Ordinal) ? KeysPath : string.Join('/', path.Split('/').Take(MostParts + 1));
        return request.Wait > TimeSpan.Zero ? $"{request.Method} {kind}?wait" : $"{request.Method} {kind}";
    }

    public override void Prepare(HttpRequestMessage request)
    {
        if (!string.IsNullOrEmpty(token))
        {
            request.Headers.TryAddWithoutValidation(TokenHeader, token);
        }
    }

    public override CallFailure? FailureOf(Exception e, in FailedCall failed) => e is ConsulRefusedException refused ? Of(refused, failed) : null;

    // Most refusals are a status and one line of text. Servers prefix "rpc error making call: " to errors from another server.
    private CallFailure Of(ConsulRefusedException refused, FailedCall call)
    {
        var (endpoint, key, text) = (call.Endpoint, call.Key, refused.Text);
        return refused.Status switch
        {
            _ when Has("ACL not found") => Authentication($"{endpoint} does not know the token. The token may be mistyped, deleted or expired."),
            _ when Has("ACL support disabled") => Authentication($"{endpoint} has ACLs disabled and cannot check a token. Connect without a token."),
            HttpStatusCode.Unauthorized => Authentication($"{endpoint} refused the token."),
            HttpStatusCode.Forbidden when string.IsNullOrEmpty(token) => Authentication($"{endpoint} does not permit this{call.ForKey} without a token, and none was specified."),
            HttpStatusCode.Forbidden => new(new KvPermissionDeniedException(
                $"{endpoint} does not permit this{call.ForKey}. Ask for a policy that permits it, or specify another token.") { Key = key, Endpoint = endpoint }),
            _ when Has("Invalid Session TTL") => new(new KvInvalidArgumentException(
                $"The time to live{call.ForKey} must be in the range of {endpoint}: from 10 s (or the server's session_ttl_min) to 24 h. It reported: {text}")
                { Key = key, Endpoint = endpoint }),
            _ when Has("too many operations") => new(new KvInvalidArgumentException(
                $"The transaction has more operations than {endpoint} allows (64 before Consul 1.16), including its conditions. Split it.") { Key = key, Endpoint = endpoint }),
            HttpStatusCode.RequestEntityTooLarge => new(new KvException(
                KvErrorCode.QuotaExceeded,
                $"The value{call.ForKey} is larger than {endpoint} allows (by default 512 KiB; the server's limits.kv_max_value_size). It reported: {text}") { Key = key, Endpoint = endpoint }),
            HttpStatusCode.TooManyRequests => Unavailable($"it limits the number of requests (its limits.http_max_conns_per_client or request limits): {text}", notSent: true),
            _ when Has("No path to datacenter") => new(new KvInvalidArgumentException($"{endpoint} does not know this datacenter. It reported: {text}") { Key = key, Endpoint = endpoint }),
            HttpStatusCode.BadRequest or HttpStatusCode.RequestUriTooLong or HttpStatusCode.RequestHeaderFieldsTooLarge => new(
                new KvInvalidArgumentException($"{endpoint} refused the request{call.ForKey}: {(text.Length == 0 ? refused.Message : text)}") { Key = key, Endpoint = endpoint }),
            HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
                Unavailable(text.Length == 0 ? refused.Message : text, notSent: false),
            _ => new(new KvUnreachableException(
                KvUnreachableReason.Protocol, $"{endpoint} did not complete the request: it answered with {refused.Message}{call.Doubt} Check host and port.") { Key = key, Endpoint = endpoint })
                { MayPass = true },
        };

        bool Has(string part) => text.Contains(part, StringComparison.Ordinal);

        CallFailure Authentication(string message) => new(new KvException(KvErrorCode.AuthenticationFailed, $"{message} Check the credential of '{info.Address}'.") { Key = key, Endpoint = endpoint });

        CallFailure Unavailable(string why, bool notSent) => new(new KvUnreachableException(
            KvUnreachableReason.Unavailable, $"{endpoint} cannot serve now: {why.TrimEnd('.', ' ')}.{(notSent ? "" : call.Doubt)}") { Key = key, Endpoint = endpoint, NotSent = notSent })
            { MayPass = true, EndpointFailed = true };
    }
}
