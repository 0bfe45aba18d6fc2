using Google.Protobuf;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Tests.Etcd.V3;

/// <summary>Messages of a watch that arrive together: their changes are delivered together, and their other contents in order.</summary>
public sealed class WatchReaderTests
{
    private const int Changes = 100;

    [Fact]
    public async Task Changes_that_arrive_together_in_messages_of_their_own_come_once_and_in_order()
    {
        await using var peer = Peer();
        await using var store = peer.Open();
        await using var watching = RunningWatch.Tree(store, "d", new KvWatchOptions { ChangesOnly = true });

        await AssertChangesAsync(watching);
    }

    [Fact]
    public async Task Changes_come_before_the_compaction_that_arrives_right_behind_them()
    {
        var compacted = new WatchResponse { Header = new ResponseHeader { ClusterId = 1, Revision = 5000 }, Canceled = true, CompactRevision = 4000 };
        await using var peer = Peer(compacted.ToByteArray());
        await using var store = peer.Open();
        await using var watching = RunningWatch.Tree(store, "d", new KvWatchOptions { ChangesOnly = true });

        await AssertChangesAsync(watching);
        Assert.Equal(4000, Assert.IsType<KvCompactedException>(await watching.EndAsync()).OldestRevision);
    }

    [Fact]
    public async Task Changes_come_before_the_error_of_a_message_behind_them_that_is_none()
    {
        // The message contains a valid change and one that was not requested: neither is delivered.
        var foreign = WatchResponse.Parser.ParseFrom(ScriptedReply.WatchPut("d/last", "v", LastRevision + 1));
        foreign.Events.Add(WatchResponse.Parser.ParseFrom(ScriptedReply.WatchPut("e/1", "v", LastRevision + 1)).Events);
        await using var peer = Peer(foreign.ToByteArray());
        await using var store = peer.Open();
        await using var watching = RunningWatch.Tree(store, "d", new KvWatchOptions { ChangesOnly = true });

        await AssertChangesAsync(watching);
        Assert.Equal(KvUnreachableReason.Protocol, (await Assert.ThrowsAsync<KvUnreachableException>(watching.NextAsync)).Reason);
    }

    private static long LastRevision => ScriptedReply.Revision + Changes;

    private static async Task AssertChangesAsync(RunningWatch watching) => Assert.Equal(
        Enumerable.Range(1, Changes).Select(i => ScriptedReply.Revision + i), (await watching.NextAsync(Changes)).Select(change => change.Revision));

    /// <summary>A server that sends the beginning of a watch, many messages of one change, and the following messages in one piece.</summary>
    private static ScriptedHttp2Peer Peer(params byte[][] behind) => new(async request =>
    {
        if (request.IsFirst)
        {
            await request.ReplyAsync(ScriptedReply.Range());
            return;
        }

        byte[][] messages =
        [
            ScriptedReply.WatchCreated(),
            .. Enumerable.Range(1, Changes).Select(i => ScriptedReply.WatchPut($"d/{i}", "v", ScriptedReply.Revision + i)),
            .. behind,
        ];
        await request.SendOkHeadersAsync();
        await request.SendDataAsync(messages.SelectMany(message => GrpcMessage.Write(message)).ToArray());
        await request.WhenReset.WaitAsync(Patience.Limit);
    });
}
