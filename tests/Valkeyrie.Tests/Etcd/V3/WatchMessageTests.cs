using Google.Protobuf;
using Valkeyrie.Etcd.Protocol;
using Valkeyrie.Etcd.V3;

namespace Valkeyrie.Tests.Etcd.V3;

/// <summary>A watch's message, delivered a batch at a time.</summary>
public sealed class WatchMessageTests
{
    private readonly Replies _replies = new(KeyCodec.Plain);

    [Fact]
    public void Changes_of_one_revision_are_never_parted_however_many_they_are()
    {
        var bytes = Message([.. Enumerable.Range(1, 30), .. Enumerable.Repeat(31, 500), .. Enumerable.Range(32, 100)]);

        var batches = Batches(bytes);

        Assert.All(batches, Assert.NotEmpty);
        Assert.All(batches.Zip(batches.Skip(1)), pair => Assert.True(pair.First[^1].Revision < pair.Second[0].Revision));
    }

    [Fact]
    public void Every_change_comes_once_and_in_order()
    {
        var revisions = Enumerable.Range(5, 1_000).ToArray();

        var batches = Batches(Message(revisions));

        Assert.True(batches.Count > 1);
        Assert.Equal(revisions, batches.SelectMany(b => b).Select(e => (int)e.Revision));
    }

    [Fact]
    public void A_message_with_changes_leaves_where_to_go_on_to_them_and_one_without_tells_it()
    {
        Assert.Equal(0, WatchMessage.Read(Message([3])).NextRevision);
        Assert.Equal(8, WatchMessage.Read(new WatchResponse { Header = new ResponseHeader { Revision = 7 } }.ToByteArray()).NextRevision);
        Assert.Equal(0, WatchMessage.Read(new WatchResponse { Header = new ResponseHeader { Revision = 7 }, Created = true }.ToByteArray()).NextRevision);
    }

    private static byte[] Message(int[] revisions)
    {
        var reply = new WatchResponse { Header = new ResponseHeader { Revision = 9_999 } };
        reply.Events.AddRange(revisions.Select((r, i) => new Event { Kv = new KeyValue { Key = ByteString.CopyFromUtf8($"k{i}"), ModRevision = r } }));
        return reply.ToByteArray();
    }

    private List<IReadOnlyList<KvEvent>> Batches(byte[] bytes)
    {
        var message = WatchMessage.Read(bytes);
        List<IReadOnlyList<KvEvent>> batches = [];
        while (message.Left > 0)
        {
            List<KvEvent> batch = [];
            message.FillBatch(bytes, _replies, RequestedKeys.Everything, batch);
            batches.Add(batch);
        }

        return batches;
    }
}
