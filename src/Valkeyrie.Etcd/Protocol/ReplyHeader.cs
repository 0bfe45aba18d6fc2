namespace Valkeyrie.Etcd.Protocol;

/// <summary>The header at the beginning of every etcd reply: the answering member and its state.</summary>
/// <param name="ClusterId">The cluster; 0 if the reply does not contain it.</param>
/// <param name="MemberId">The member.</param>
/// <param name="Revision">The store's revision at that member; 0 in replies that are not about the store.</param>
/// <param name="RaftTerm">The term of its leader, which only grows.</param>
internal readonly record struct ReplyHeader(ulong ClusterId, ulong MemberId, long Revision, ulong RaftTerm)
{
    private const int HeaderField = RangeResponse.HeaderFieldNumber;

    /// <summary>Reads the header of a reply.</summary>
    /// <param name="reply">The whole message.</param>
    public static ReplyHeader OfReply(ReadOnlySpan<byte> reply)
    {
        var reader = new WireReader(reply);
        while (reader.Next())
        {
            if (reader.Field == HeaderField)
            {
                return Read(reader.Bytes());
            }

            reader.Skip();
        }

        return default;
    }

    private static ReplyHeader Read(ReadOnlySpan<byte> header)
    {
        ulong cluster = 0, member = 0, term = 0;
        var revision = 0L;
        var reader = new WireReader(header);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case ResponseHeader.ClusterIdFieldNumber: cluster = (ulong)reader.Int64(); break;
                case ResponseHeader.MemberIdFieldNumber: member = (ulong)reader.Int64(); break;
                case ResponseHeader.RevisionFieldNumber: revision = reader.Int64(); break;
                case ResponseHeader.RaftTermFieldNumber: term = (ulong)reader.Int64(); break;
                default: reader.Skip(); break;
            }
        }

        return new ReplyHeader(cluster, member, revision, term);
    }
}
