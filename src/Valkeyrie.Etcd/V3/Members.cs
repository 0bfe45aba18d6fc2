using System.Diagnostics;
using Valkeyrie.Etcd.Calls;
using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.V3;

/// <summary>The reports of a cluster's members about themselves and about the user.</summary>
internal sealed class Members(EtcdChannel channel, KvStoreOptions options)
{
    private const string CommonName = "2.5.4.3";
    private const string NoSuchUser = "user name not found";

    private bool HasCredential => options.Credential is not null;

    /// <summary>Reads the report of the answering member.</summary>
    public async Task<KvServerStatus> StatusAsync(CancellationToken cancellationToken)
    {
        try
        {
            var status = await channel.CallAsync(
                EtcdMethods.Status,
                MessageFrame.Empty(),
                static (_, reply) => Replies.Status(reply),
                0,
                null,
                cancellationToken).ConfigureAwait(false);
            channel.Learn(status.Endpoint, status.Version);
            return status;
        }
        catch (KvPermissionDeniedException e)
        {
            // etcd 3.5 reports its status only to root. Its refusal shows that it was reached and accepted the credential.
            return new KvServerStatus(e.Endpoint ?? channel.Address, "", null);
        }
    }

    /// <summary>Checks that the server accepts the user, or requires none. The user's permissions do not matter.</summary>
    /// <exception cref="KvException">(<see cref="KvErrorCode.AuthenticationFailed"/>) Authentication is enabled, and neither a credential nor the client
    /// certificate names a user.</exception>
    public Task RequireUserAsync(CancellationToken cancellationToken) =>
        HasCredential
            ? Task.CompletedTask // A user with a credential signs in before the first call.
            : RequireUserAsync(async (method, request) =>
                await channel.CallAsync(method, request, static (_, _) => true, true, null, cancellationToken).ConfigureAwait(false));

    /// <summary>Checks every endpoint at once.</summary>
    public IAsyncEnumerable<KvEndpointStatus> CheckAllAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        EndpointChecks.AsTheyCome(channel.Endpoints.Select(e => (Func<CancellationToken, Task<KvEndpointStatus>>)(stop => CheckAsync(e, timeout, stop))), cancellationToken);

    private async Task<KvEndpointStatus> CheckAsync(ConnectedEndpoint endpoint, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var known = new KvEndpointStatus(endpoint.Name);
        var begun = 0L;
        try
        {
            // This call also connects, so that the next call can be measured.
            await RequireUserAsync(async (method, request) =>
                await channel.AskAsync(endpoint, method, request, static _ => true, timeout, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            begun = Stopwatch.GetTimestamp();
            var status = await channel.AskAsync(
                endpoint, EtcdMethods.Status, MessageFrame.Empty(), static reply => StatusResponse.Parser.ParseFrom(reply.Span), timeout, cancellationToken).ConfigureAwait(false);
            return StatusOf(status, known with { IsReachable = true, Latency = Stopwatch.GetElapsedTime(begun) });
        }
        catch (KvPermissionDeniedException) when (begun != 0)
        {
            return known with
            {
                IsReachable = true,
                Latency = Stopwatch.GetElapsedTime(begun),
                ErrorCode = KvErrorCode.PermissionDenied,
                Reason = $"{endpoint.Name} reports its version and its leader only to root.",
            };
        }
        catch (KvException e) when (e is not KvStoreClosedException)
        {
            return EndpointChecks.Failed(known with { IsReachable = begun != 0 }, e);
        }
    }

    private async Task RequireUserAsync(Func<GrpcMethod, MessageFrame, ValueTask> ask)
    {
        try
        {
            await ask(EtcdMethods.Range, Requests.AnyRead()).ConfigureAwait(false);
        }
        catch (KvPermissionDeniedException e)
        {
            if (!HasCredential && CertifiedName() is { } name)
            {
                await RequireCertifiedUserAsync(name, e.Endpoint, ask).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Distinguishes a user named by the client certificate from an unknown one. Both may lack the permission to read, but each user may read its own
    /// entry.</summary>
    private static async Task RequireCertifiedUserAsync(string name, string? endpoint, Func<GrpcMethod, MessageFrame, ValueTask> ask)
    {
        try
        {
            await ask(EtcdMethods.UserGet, MessageFrame.Of(new AuthUserGetRequest { Name = name })).ConfigureAwait(false);
        }
        catch (KvInvalidArgumentException e) when (e.Message.Contains(NoSuchUser, StringComparison.Ordinal))
        {
            throw new KvException(
                KvErrorCode.AuthenticationFailed,
                $"{endpoint} has authentication enabled and has no user '{name}', which the client certificate names. Use another certificate, or specify a user and password.")
                { Endpoint = endpoint };
        }
    }

    private string? CertifiedName() => options.Tls?.ClientCertificate?.SubjectName.EnumerateRelativeDistinguishedNames()
        .FirstOrDefault(n => !n.HasMultipleElements && n.GetSingleElementType().Value == CommonName)?.GetSingleElementValue();

    private static KvEndpointStatus StatusOf(StatusResponse status, KvEndpointStatus known)
    {
        var member = status.Header?.MemberId ?? 0;
        return known with
        {
            Version = status.Version,
            Revision = status.Header?.Revision,
            IsLeader = status.Leader == member && member != 0,
            IsLearner = status.IsLearner,
            MemberId = Number(member),
            LeaderId = Number(status.Leader),
            ClusterId = Number(status.Header?.ClusterId ?? 0),
            RaftTerm = (long)status.RaftTerm,
            DatabaseSize = status.DbSize,
            Problems = [.. status.Errors],
        };
    }

    // The notation of etcd's own tools for the numbers of members.
    private static string? Number(ulong id) => id == 0 ? null : $"{id:x}";
}
