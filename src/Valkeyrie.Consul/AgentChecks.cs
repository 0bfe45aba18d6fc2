using System.Diagnostics;
using System.Globalization;
using Valkeyrie.Consul.Calls;
using Valkeyrie.Engine;
using Valkeyrie.Engine.Http;

namespace Valkeyrie.Consul;

/// <summary>The reports of a datacenter's agents about themselves. A client agent passes requests on to the servers.</summary>
/// <param name="api">Makes the calls.</param>
/// <param name="unused">A key that does not exist.</param>
internal sealed class AgentChecks(ConsulApi api, string unused)
{
    private const string Yes = "true";

    /// <summary>Checks every endpoint at once.</summary>
    public IAsyncEnumerable<KvEndpointStatus> CheckAllAsync(TimeSpan timeout, CancellationToken cancellationToken) => EndpointChecks.AsTheyCome(
        api.Endpoints.Select(endpoint => (Func<CancellationToken, Task<KvEndpointStatus>>)(stop => CheckAsync(endpoint, timeout, stop))), cancellationToken);

    private async Task<KvEndpointStatus> CheckAsync(HttpEndpoint endpoint, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var known = new KvEndpointStatus(endpoint.Name);
        try
        {
            // This call also connects, so that the next call can be measured.
            var (_, index, agent) = await api.StatusAsync(endpoint, unused, timeout, cancellationToken).ConfigureAwait(false);
            known = known with { IsReachable = true, Revision = index };
            var begun = Stopwatch.GetTimestamp();
            await api.StatusAsync(endpoint, unused, timeout, cancellationToken).ConfigureAwait(false);
            known = known with { Latency = Stopwatch.GetElapsedTime(begun) / 2 };
            return agent is null ? known : StatusOf(agent, known);
        }
        catch (KvException e) when (e is not KvStoreClosedException)
        {
            return EndpointChecks.Failed(known, e);
        }
    }

    private static KvEndpointStatus StatusOf(AgentReply agent, KvEndpointStatus known)
    {
        known = known with { Version = agent.Config?.Version ?? "", MemberId = agent.Config?.NodeID };
        if (agent is not { Config.Server: true, Stats.Consul: { } leadership })
        {
            return known;
        }

        var leader = string.IsNullOrEmpty(leadership.LeaderAddress) ? null : leadership.LeaderAddress;
        return known with
        {
            IsLeader = leadership.Leader == Yes,
            LeaderId = leader,
            RaftTerm = long.TryParse(agent.Stats.Raft?.Term, NumberStyles.None, CultureInfo.InvariantCulture, out var term) ? term : 0,
            Problems = leader is null ? ["no leader"] : [],
        };
    }
}
