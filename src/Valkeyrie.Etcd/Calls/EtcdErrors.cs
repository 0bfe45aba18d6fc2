using Valkeyrie.Engine.Http;
using Valkeyrie.Etcd.Cluster;
using Valkeyrie.Etcd.Grpc;

namespace Valkeyrie.Etcd.Calls;

/// <summary>Classifies etcd's errors. Its servers distinguish them by code and text (etcd api/v3rpc/rpctypes/error.go).</summary>
internal static class EtcdErrors
{
    public static Failure Of(GrpcStatus status, FailedCall call)
    {
        var text = status.Message;
        var (endpoint, key) = (call.Endpoint, call.Key);
        return CodeOf(status) switch
        {
            // Unavailable before etcd 3.6, a failed precondition since then.
            _ when Has("rpc not supported for learner") => Learner(),
            GrpcCode.Unauthenticated => Authentication($"{endpoint} refused the sign-in: {text}.") with { TokenRefused = true },
            GrpcCode.PermissionDenied => new(new KvPermissionDeniedException(
                $"{endpoint} does not permit this{call.ForKey}. Ask for the permission, or sign in as another user.") { Key = key, Endpoint = endpoint }),
            GrpcCode.InvalidArgument when Has("auth store is old") || Has("revision in header is old") => Authentication($"{endpoint} refused the sign-in: {text}.") with { TokenRefused = true },

            GrpcCode.InvalidArgument when Has("authentication failed") => Authentication($"{endpoint} refused the user or password."),
            GrpcCode.InvalidArgument when Has("user name is empty") => new(new KvException(
                KvErrorCode.AuthenticationFailed,
                $"{endpoint} has authentication enabled. Specify a credential, or a client certificate that names a user.")
                { Key = key, Endpoint = endpoint }) { TokenRefused = true },
            GrpcCode.InvalidArgument when Has("request is too large") => TooLarge(),
            GrpcCode.InvalidArgument when Has("too many operations") => new(new KvInvalidArgumentException(
                $"The transaction has more conditions or operations than {endpoint} allows (by default 128 of each; the server's --max-txn-ops). Split it.")
                { Key = key, Endpoint = endpoint }),
            GrpcCode.InvalidArgument => Invalid(),
            GrpcCode.ResourceExhausted when Has("space exceeded") => new(new KvException(
                KvErrorCode.QuotaExceeded,
                $"The space of {endpoint} is used up. Remove keys, compact, defragment and clear the alarm, or raise its quota.") { Key = key, Endpoint = endpoint }),
            GrpcCode.ResourceExhausted when Has("larger than max") => TooLarge(),
            GrpcCode.ResourceExhausted => Unavailable(),
            GrpcCode.OutOfRange when Has("compacted") => new(new KvCompactedException(0, null, endpoint, key)),
            GrpcCode.OutOfRange when Has("future revision") => new(new KvInvalidArgumentException(
                $"The requested revision{call.ForKey} is in the future: {endpoint} has not reached it. Specify a revision of a pair or of a watch.")
                { Key = key, Endpoint = endpoint }),
            GrpcCode.OutOfRange => Invalid(),
            GrpcCode.NotFound when Has("lease") => new(new KvLeaseNotFoundException(null, endpoint)),
            GrpcCode.DeadlineExceeded => Timeout(),
            GrpcCode.Unavailable when Has("timed out") => Timeout(),

            // Reported before anything is proposed (etcdserver: mayAddMember, mayRemoveMember), so the change can be requested again.
            GrpcCode.Unavailable when Has("unhealthy cluster") => new(new KvUnreachableException(
                KvUnreachableReason.Unavailable,
                $"{endpoint} cannot change members now: not all members have been connected to each other for five seconds. Nothing was changed. Check that all members are healthy, and try again.")
                { Key = key, Endpoint = endpoint, NotSent = true }) { MayPass = true },
            GrpcCode.Unavailable or GrpcCode.Aborted or GrpcCode.Cancelled => Unavailable(),
            GrpcCode.FailedPrecondition or GrpcCode.NotFound or GrpcCode.AlreadyExists => Invalid(),
            GrpcCode.Unimplemented => Foreign("It does not know the method: it is not etcd, or it is older than 3.0."),
            _ => Foreign($"It answered {status.Code}: {text}."),
        };

        bool Has(string part) => text.Contains(part, StringComparison.Ordinal);

        Failure Authentication(string message) => new(new KvException(KvErrorCode.AuthenticationFailed, message + " Check the credential.") { Key = key, Endpoint = endpoint });

        Failure TooLarge() => new(new KvException(
            KvErrorCode.QuotaExceeded,
            $"The request{call.ForKey} is larger than {endpoint} allows (by default 1.5 MiB; the server's --max-request-bytes).") { Key = key, Endpoint = endpoint });

        Failure Invalid() => new(new KvInvalidArgumentException($"{endpoint} refused the request: {text}.") { Key = key, Endpoint = endpoint });

        Failure Timeout() => new(new KvTimeoutException($"{endpoint} could not finish in time: {text}.{call.Doubt}") { Key = key, Endpoint = endpoint })
            { MayPass = true };

        Failure Unavailable() => new(new KvUnreachableException(
            KvUnreachableReason.Unavailable, $"{endpoint} cannot serve now: {text}.{call.Doubt}") { Key = key, Endpoint = endpoint })
            { MayPass = true, EndpointFailed = true };

        Failure Learner() => new(new KvUnreachableException(
            KvUnreachableReason.Unavailable, $"{endpoint} is a learner of its cluster and serves no clients yet. Specify the voting members of the cluster, or promote the learner.")
            { Key = key, Endpoint = endpoint, NotSent = true }) { CannotServe = true, MayPass = true, EndpointFailed = true };

        Failure Foreign(string message) => new(new KvUnreachableException(
            KvUnreachableReason.Protocol, $"{endpoint} did not complete the request. {message}") { Key = key, Endpoint = endpoint });
    }

    // The calls of maintenance, and the refusal of a password for a user without one, pass on the errors of etcd's own auth package (server/auth/store.go)
    // unchanged: without a code, only with its text.
    private static GrpcCode CodeOf(GrpcStatus status) => status switch
    {
        { Code: GrpcCode.Unknown, Message: "auth: invalid auth token" } => GrpcCode.Unauthenticated,
        { Code: GrpcCode.Unknown, Message: "auth: permission denied" } => GrpcCode.PermissionDenied,
        { Code: GrpcCode.Unknown } when status.Message.StartsWith("auth: ", StringComparison.Ordinal) => GrpcCode.InvalidArgument,
        _ => status.Code,
    };
}
