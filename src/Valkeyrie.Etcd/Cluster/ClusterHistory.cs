using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.Cluster;

/// <summary>Tells the histories of a cluster apart: a server that is restored or emptied comes back under the same address, with revisions that say nothing
/// about those of before. Each history gets a number, and each answer the number of its own.</summary>
/// <remarks>Another cluster id is another history. An emptied or restored server may well have the same one, as it follows from the members' addresses and
/// the cluster's token; but no member ever answers with a lower revision or term than it has given before. What this cannot tell is a cluster of the same
/// id whose every member had already come further than it was when it was asked last.</remarks>
/// <param name="endpoints">The endpoints of the cluster.</param>
internal sealed class ClusterHistory(EndpointSet endpoints)
{
    private readonly object _gate = new();
    private long _number = 1;
    private ulong _clusterId;

    /// <summary>What is known of an endpoint now, to be taken before a call is sent there.</summary>
    public HistoryMark MarkOf(Endpoint endpoint)
    {
        lock (_gate)
        {
            return endpoint.Mark with { History = _number, ClusterId = _clusterId };
        }
    }

    /// <summary>Which history an answer is of.</summary>
    /// <param name="endpoint">Who answered.</param>
    /// <param name="sent">What was known when the call was sent.</param>
    /// <param name="header">The answer's header.</param>
    /// <exception cref="KvHistoryChangedException">Another endpoint, still connected, is of another cluster.</exception>
    public long Observe(Endpoint endpoint, in HistoryMark sent, in ReplyHeader header)
    {
        if (header.ClusterId == 0)
        {
            return sent.History;
        }

        lock (_gate)
        {
            var goesBack = GoesBack(header, sent);
            if (sent.History != _number)
            {
                // The change became known while the call was under way: either side may have answered it.
                return header.ClusterId == sent.ClusterId && !goesBack ? sent.History : _number;
            }

            var isOther = _clusterId != 0 && header.ClusterId != _clusterId;
            if (isOther)
            {
                RefuseDivided(endpoint, header.ClusterId);
            }

            if (isOther || goesBack)
            {
                _number++;
                endpoints.Forget();
            }

            _clusterId = header.ClusterId;
            endpoint.Mark = Later(endpoint.Mark, header);
            return _number;
        }
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

    // Servers that were replaced have dropped their connections; where one of the others still holds, both clusters are there at once.
    private void RefuseDivided(Endpoint endpoint, ulong clusterId)
    {
        if (endpoints.Others(endpoint).FirstOrDefault(o => o.Mark.ClusterId == _clusterId && o.IsConnected) is { } other)
        {
            endpoint.Mark = new HistoryMark(0, clusterId, 0, 0, 0);
            throw new KvHistoryChangedException(
                $"{endpoint.Name} is a member of another cluster ({clusterId:x}) than {other.Name} ({_clusterId:x}). A write that was sent there may have been made. "
                + "Name the endpoints of one cluster alone.") { Endpoint = endpoint.Name };
        }
    }
}
