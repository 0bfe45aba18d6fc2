using Etcdserverpb;
using Valkeyrie.Etcd.Administration.Invocation;
using Valkeyrie.Etcd.Engine;
using ClusterClient = Etcdserverpb.Cluster.ClusterClient;

namespace Valkeyrie.Etcd.Administration;

/// <summary>The members of an etcd cluster.</summary>
internal sealed class EtcdMembers(IEtcdCalls calls) : IKvMembers
{
    private readonly ClusterClient _reading = new(new StoreCallInvoker(calls, endpoint: null, isRepeatable: true));
    private readonly ClusterClient _changing = new(new StoreCallInvoker(calls, endpoint: null, isRepeatable: false));

    public async ValueTask<IReadOnlyList<KvMember>> ListMembersAsync(CancellationToken cancellationToken = default)
    {
        var reply = await _reading.MemberListAsync(new MemberListRequest(), cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false);
        return [.. reply.Members.Select(MemberOf)];
    }

    public async ValueTask<KvMember> AddMemberAsync(IReadOnlyList<string> peerAddresses, bool asLearner, CancellationToken cancellationToken = default)
    {
        var request = new MemberAddRequest { IsLearner = asLearner };
        request.PeerURLs.AddRange(Checked(peerAddresses));
        return MemberOf((await _changing.MemberAddAsync(request, cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false)).Member);
    }

    public async ValueTask<KvMember> PromoteMemberAsync(string id, CancellationToken cancellationToken = default)
    {
        var number = Hexadecimal.Parse(id);
        var reply = await _changing.MemberPromoteAsync(new MemberPromoteRequest { ID = number }, cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false);
        return One(reply.Members, number);
    }

    public async ValueTask<KvMember> UpdateMemberAsync(string id, IReadOnlyList<string> peerAddresses, CancellationToken cancellationToken = default)
    {
        var request = new MemberUpdateRequest { ID = Hexadecimal.Parse(id) };
        request.PeerURLs.AddRange(Checked(peerAddresses));
        var reply = await _changing.MemberUpdateAsync(request, cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false);
        return One(reply.Members, request.ID);
    }

    public async ValueTask RemoveMemberAsync(string id, CancellationToken cancellationToken = default) =>
        await _changing.MemberRemoveAsync(new MemberRemoveRequest { ID = Hexadecimal.Parse(id) }, cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false);

    // Only the leader can transfer its leadership.
    public async ValueTask MoveLeaderAsync(string id, CancellationToken cancellationToken = default)
    {
        var target = Hexadecimal.Parse(id);
        var leader = await LeadingEndpointAsync(cancellationToken).ConfigureAwait(false);
        var client = new Maintenance.MaintenanceClient(new StoreCallInvoker(calls, leader, isRepeatable: false));
        await client.MoveLeaderAsync(new MoveLeaderRequest { TargetID = target }, cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false);
    }

    private async ValueTask<string> LeadingEndpointAsync(CancellationToken cancellationToken)
    {
        KvException? failure = null;
        foreach (var endpoint in calls.Endpoints)
        {
            try
            {
                var client = new Maintenance.MaintenanceClient(new StoreCallInvoker(calls, endpoint, isRepeatable: true));
                var status = await client.StatusAsync(new StatusRequest(), cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false);
                if (status.Leader == status.Header.MemberId)
                {
                    return endpoint;
                }
            }
            catch (KvException e)
            {
                failure = e;
            }
        }

        throw new KvException(
            KvErrorCode.Unreachable,
            "None of the store's endpoints is the leader of the cluster, and only the leader can transfer its leadership. Connect to all members: Get-KvMember shows their addresses.",
            failure);
    }

    private static IReadOnlyList<string> Checked(IReadOnlyList<string> peerAddresses)
    {
        ArgumentNullException.ThrowIfNull(peerAddresses);
        if (peerAddresses.Count == 0)
        {
            throw new KvInvalidArgumentException("A member needs at least one peer address, such as http://10.0.0.4:2380.");
        }

        foreach (var address in peerAddresses)
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.AbsolutePath != "/")
            {
                throw new KvInvalidArgumentException($"'{address}' is not a peer address. Specify a URL with scheme, host and port, such as http://10.0.0.4:2380.");
            }
        }

        return peerAddresses;
    }

    private static KvMember One(IEnumerable<Member> members, ulong id) => MemberOf(members.FirstOrDefault(member => member.ID == id) ?? new Member { ID = id });

    private static KvMember MemberOf(Member member) => new(Hexadecimal.Of(member.ID))
    {
        Name = member.Name,
        PeerAddresses = [.. member.PeerURLs],
        ClientAddresses = [.. member.ClientURLs],
        IsLearner = member.IsLearner,
    };
}
