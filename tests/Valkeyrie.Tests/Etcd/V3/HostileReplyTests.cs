using Google.Protobuf;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Tests.Etcd.V3;

/// <summary>Replies that etcd never sends: with keys that were not requested, or with more messages than a reply has.</summary>
public sealed class HostileReplyTests
{
    public static TheoryData<string> ForeignKeys => ["e/1", "d", "d0", "a", ""];

    public static TheoryData<string, string> NamespacedKeys => new() { { "ns/", "d/1" }, { "ns/", "n" }, { "ns/", "" }, { "ns/", "ns/e/1" } };

    [Theory]
    [MemberData(nameof(ForeignKeys))]
    public Task A_listing_that_holds_another_key_is_refused(string key) =>
        AssertRefusedAsync(ScriptedReply.Range(("d/1", []), (key, [])), async store => await store.KeysAsync("d"));

    [Theory]
    [MemberData(nameof(ForeignKeys))]
    public Task A_long_listing_that_holds_another_key_is_refused(string key) => AssertRefusedAsync(
        ScriptedReply.Range([.. Enumerable.Range(0, 700).Select(i => ($"d/{i:0000}", new byte[200])), (key, [])]),
        async store => await store.KeysAsync("d"));

    [Theory]
    [MemberData(nameof(NamespacedKeys))]
    public Task A_listing_that_holds_a_key_of_another_namespace_is_refused(string prefix, string key) => AssertRefusedAsync(
        ScriptedReply.Range((key, [])), async store => await store.KeysAsync("d"), new KvStoreOptions { Namespace = prefix });

    [Theory]
    [InlineData("", "l")]
    [InlineData("", "kk")]
    [InlineData("ns/", "k")]
    [InlineData("ns/", "")]
    [InlineData("ns/", "ns/l")]
    public Task A_get_that_is_answered_with_another_key_is_refused(string prefix, string key) => AssertRefusedAsync(
        ScriptedReply.Range((key, [])), async store => await store.GetAsync("k"), new KvStoreOptions { Namespace = prefix });

    [Fact]
    public Task A_read_in_a_transaction_that_is_answered_with_another_key_is_refused()
    {
        var reply = new TxnResponse { Header = new ResponseHeader { Revision = 9 }, Succeeded = true };
        reply.Responses.Add(new ResponseOp { ResponseRange = RangeResponse.Parser.ParseFrom(ScriptedReply.Range("e/1", "v")) });
        return AssertRefusedAsync(
            reply.ToByteArray(),
            async store => await store.GetCapability<IKvTransactions>().CommitAsync(new KvTransaction { Then = [new KvOperation.Read("d")] }));
    }

    [Fact]
    public async Task A_watch_that_is_answered_with_another_key_is_refused()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            if (request.IsFirst)
            {
                await request.ReplyAsync(ScriptedReply.Range());
                return;
            }

            await request.SendOkHeadersAsync();
            await request.SendDataAsync(GrpcMessage.Write(ScriptedReply.WatchCreated()));
            await request.SendDataAsync(GrpcMessage.Write(ScriptedReply.WatchPut("e/1", "v", ScriptedReply.Revision + 1)));
        });
        await using var store = peer.Open();
        await using var watching = RunningWatch.Tree(store, "d");
        AssertProtocol(await watching.EndAsync());
    }

    [Fact]
    public async Task A_reply_that_goes_on_behind_its_message_is_ended_at_once()
    {
        var reset = new TaskCompletionSource();
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            // The reply never ends, and no second message is ever complete.
            await request.SendOkHeadersAsync();
            await request.SendDataAsync(GrpcMessage.Write(ScriptedReply.Put()));
            await request.SendDataAsync(GrpcMessage.Prefix(1 << 20));
            await request.WhenReset.WaitAsync(Patience.Limit);
            reset.TrySetResult();
        });
        await using var store = peer.Open(new KvStoreOptions { Timeout = TimeSpan.FromMinutes(10) });
        AssertProtocol(await Record.ExceptionAsync(async () => await store.PutAsync("k", "v").AsTask().WaitAsync(Patience.Limit)));
        await reset.Task.WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task A_reply_of_etcd_v2_about_another_key_is_refused()
    {
        await using var peer = new V2.ScriptedHttpPeer(V2.ScriptedHttpPeer.Reply(
            "{\"action\":\"get\",\"node\":{\"key\":\"/b\",\"value\":\"v\",\"modifiedIndex\":7,\"createdIndex\":7}}"));
        await using var store = KvStore.Open($"etcdv2://{peer.Endpoint}");
        AssertProtocol(await Record.ExceptionAsync(async () => await store.GetAsync("a")));
        Assert.Equal("v", (await store.GetAsync("b")).Value);
    }

    private static async Task AssertRefusedAsync(byte[] reply, Func<IKvStore, Task> call, KvStoreOptions? options = null)
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            await request.SendWithinWindowsAsync(GrpcMessage.Write(reply));
            await request.SendTrailersAsync(0);
        });
        await using var store = peer.Open(options);
        var error = await Record.ExceptionAsync(() => call(store));
        AssertProtocol(error);
        Assert.Contains("not requested", error!.Message, StringComparison.Ordinal);
    }

    private static void AssertProtocol(Exception? error) =>
        Assert.Equal(KvUnreachableReason.Protocol, Assert.IsType<KvUnreachableException>(error).Reason);
}
