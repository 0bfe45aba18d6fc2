using Google.Protobuf;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Tests.Rigs;

/// <summary>Replies of an etcd, for a scripted peer to send.</summary>
internal static class ScriptedReply
{
    public const long Revision = 7;

    public static byte[] Put() => new PutResponse { Header = Header(Revision) }.ToByteArray();

    public static byte[] Range(params (string Key, byte[] Value)[] pairs)
    {
        var reply = new RangeResponse { Header = Header(Revision), Count = pairs.Length };
        reply.Kvs.AddRange(pairs.Select(p => Pair(p.Key, p.Value, Revision)));
        return reply.ToByteArray();
    }

    public static byte[] Range(string key, string value) => Range((key, value.Bytes().ToArray()));

    public static byte[] WatchCreated(long revision = Revision) => new WatchResponse { Header = Header(revision), Created = true }.ToByteArray();

    public static byte[] WatchPut(string key, string value, long revision)
    {
        var reply = new WatchResponse { Header = Header(revision) };
        reply.Events.Add(new Event { Type = Event.Types.EventType.Put, Kv = Pair(key, value.Bytes().ToArray(), revision) });
        return reply.ToByteArray();
    }

    public static byte[] LeaseGranted(long id, long ttl) => new LeaseGrantResponse { Header = Header(Revision), ID = id, TTL = ttl }.ToByteArray();

    public static byte[] LeaseRenewed(long id, long ttl) => new LeaseKeepAliveResponse { Header = Header(Revision), ID = id, TTL = ttl }.ToByteArray();

    private static ResponseHeader Header(long revision) => new() { ClusterId = 1, MemberId = 2, Revision = revision, RaftTerm = 3 };

    private static KeyValue Pair(string key, byte[] value, long revision) => new()
    {
        Key = ByteString.CopyFromUtf8(key),
        Value = ByteString.CopyFrom(value),
        CreateRevision = revision,
        ModRevision = revision,
        Version = 1,
    };
}
