using System.Diagnostics;
using Valkeyrie.Engine.Http;

namespace Valkeyrie.Etcd.V2;

/// <summary>The reports of a cluster's members through API 2.</summary>
internal sealed class MemberChecks(KeysChannel channel, string path)
{
    // The server's notation for an unknown leader.
    private const string Nobody = "0";

    private static readonly KeysCall Member = new(HttpMethod.Get, KeysAttempt.MemberTarget, null);

    private readonly KeysCall _status = new(HttpMethod.Head, KeyPaths.EscapeDirectory(path), path);

    /// <summary>Checks every endpoint at once.</summary>
    public IAsyncEnumerable<KvEndpointStatus> CheckAllAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        EndpointChecks.AsTheyCome(channel.Endpoints.Select(e => (Func<CancellationToken, Task<KvEndpointStatus>>)(stop => CheckAsync(e, timeout, stop))), cancellationToken);

    private async Task<KvEndpointStatus> CheckAsync(HttpEndpoint endpoint, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var known = new KvEndpointStatus(endpoint.Name);
        try
        {
            // This call also connects, so that the next call can be measured.
            var status = await channel.AskAsync(endpoint, _status, static attempt => attempt.ReadStatusAsync(), timeout, cancellationToken).ConfigureAwait(false);
            var begun = Stopwatch.GetTimestamp();
            known = known with { IsReachable = true, Version = status.Version, Revision = status.Revision };
            var member = await channel.AskAsync(endpoint, Member, static attempt => attempt.ReadMemberAsync(), timeout, cancellationToken).ConfigureAwait(false);
            known = known with { Latency = Stopwatch.GetElapsedTime(begun) };
            return member is null ? known : StatusOf(member, known);
        }
        catch (KvException e) when (e is not KvStoreClosedException)
        {
            return EndpointChecks.Failed(known, e);
        }
    }

    private static KvEndpointStatus StatusOf(MemberReply member, KvEndpointStatus known)
    {
        var leader = member.LeaderInfo?.Leader is { Length: > 0 } id && id != Nobody ? id : null;
        return known with
        {
            IsLeader = member.IsLeader,
            MemberId = member.Id,
            LeaderId = leader,
            Problems = leader is null ? ["no leader"] : [],
        };
    }
}
