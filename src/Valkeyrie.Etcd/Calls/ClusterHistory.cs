using Valkeyrie.Engine.Http;
using Valkeyrie.Etcd.Http2;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.Calls;

/// <summary>Distinguishes the histories of a cluster. A restored or emptied server returns at the same address, with revisions unrelated to the earlier ones.
/// Each history gets a number, and each answer the number of its history.</summary>
/// <remarks>Another cluster id means another history. An emptied or restored server can have the same id, because the id depends only on the members' addresses
/// and the cluster's token; but no member ever answers with a lower revision or term than before. A cluster with the same id is not recognized if every member
/// has already advanced beyond its last known state.</remarks>
/// <param name="endpoints">The endpoints of the cluster.</param>
internal sealed class ClusterHistory(EndpointSet<ConnectedEndpoint> endpoints)
{
    private readonly Guarded<State> _state = new(new State());

    /// <summary>Returns the known state of an endpoint. Call it before a call is sent.</summary>
    public HistoryMark MarkOf(ConnectedEndpoint endpoint)
    {
        using var held = _state.Lock();
        var state = held.Value;
        return state.MarkOf(endpoint) with { History = state.Number, ClusterId = state.ClusterId };
    }

    /// <summary>Determines the history of an answer.</summary>
    /// <param name="endpoint">The endpoint that answered.</param>
    /// <param name="sent">The known state when the call was sent.</param>
    /// <param name="header">The answer's header.</param>
    /// <exception cref="KvHistoryChangedException">Another endpoint, still connected, belongs to another cluster.</exception>
    public long Observe(ConnectedEndpoint endpoint, in HistoryMark sent, in ReplyHeader header)
    {
        if (header.ClusterId == 0)
        {
            return sent.History;
        }

        using var held = _state.Lock();
        var state = held.Value;
        var goesBack = GoesBack(header, sent);
        if (sent.History != state.Number)
        {
            // The change became known during the call: either history may have answered it.
            return header.ClusterId == sent.ClusterId && !goesBack ? sent.History : state.Number;
        }

        var isOther = state.ClusterId != 0 && header.ClusterId != state.ClusterId;
        if (isOther)
        {
            RefuseDivided(state, endpoint, header.ClusterId);
        }

        if (isOther || goesBack)
        {
            state.BeginAnother();
        }

        state.ClusterId = header.ClusterId;
        state.Marks[endpoint] = Later(state.MarkOf(endpoint), header);
        return state.Number;
    }

    private static bool GoesBack(in ReplyHeader header, in HistoryMark sent) =>
        header.ClusterId == sent.ClusterId && header.MemberId == sent.MemberId
        && ((header.Revision != 0 && header.Revision < sent.Revision) || (header.RaftTerm != 0 && header.RaftTerm < sent.RaftTerm));

    private static HistoryMark Later(in HistoryMark mark, in ReplyHeader header)
    {
        var same = mark.MemberId == header.MemberId && mark.ClusterId == header.ClusterId;
        return new HistoryMark(
            0,
            header.ClusterId,
            header.MemberId,
            same ? Math.Max(mark.Revision, header.Revision) : header.Revision,
            same ? Math.Max(mark.RaftTerm, header.RaftTerm) : header.RaftTerm);
    }

    // Replaced servers have dropped their connections. If another connection still exists, both clusters exist at the same time.
    private void RefuseDivided(State state, ConnectedEndpoint endpoint, ulong clusterId)
    {
        if (endpoints.All.FirstOrDefault(o => o != endpoint && state.MarkOf(o).ClusterId == state.ClusterId && o.IsConnected) is { } other)
        {
            state.Marks[endpoint] = new HistoryMark(0, clusterId, 0, 0, 0);
            throw new KvHistoryChangedException(
                $"{endpoint.Name} is a member of another cluster ({clusterId:x}) than {other.Name} ({state.ClusterId:x}). A write that was sent there may have been made. "
                + "Specify the endpoints of one cluster only.") { Endpoint = endpoint.Name };
        }
    }

    private sealed class State
    {
        public long Number { get; private set; } = 1;

        public ulong ClusterId { get; set; }

        /// <summary>The last answering member and cluster of each endpoint, with its revision and term.</summary>
        public Dictionary<ConnectedEndpoint, HistoryMark> Marks { get; } = [];

        public HistoryMark MarkOf(ConnectedEndpoint endpoint) => Marks.GetValueOrDefault(endpoint);

        public void BeginAnother()
        {
            Number++;
            Marks.Clear();
        }
    }
}
