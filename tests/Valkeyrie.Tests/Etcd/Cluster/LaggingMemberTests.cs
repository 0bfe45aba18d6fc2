using Google.Protobuf;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Tests.Etcd.Cluster;

/// <summary>Calls use the members in turn, and one of them may lack the revision that another one returned.</summary>
public sealed class LaggingMemberTests
{
    private const int OutOfRange = 11;
    private const string FutureRevision = "etcdserver: mvcc: required revision is a future revision";

    [Fact]
    public async Task A_serializable_listing_goes_on_where_a_member_lags_behind_its_first_page()
    {
        await using var peer = LaggingPeer();
        await using var store = peer.Open();
        Assert.Equal(["d/1", "d/2"], await store.KeysAsync("d", new KvListOptions { Serializable = true }));
        Assert.Equal(3, peer.Requests);
    }

    [Fact]
    public async Task A_serializable_read_of_a_revision_is_answered_where_a_member_lags_behind_it()
    {
        await using var peer = LaggingPeer();
        await using var store = peer.Open();
        Assert.Equal("d/2", (await store.GetAsync("d/2", new KvReadOptions { Serializable = true, Revision = ScriptedReply.Revision })).Key);
    }

    [Fact]
    public async Task A_revision_that_nobody_has_is_refused_at_once()
    {
        await using var peer = new ScriptedHttp2Peer(RefuseAsync);
        await using var store = peer.Open();
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () =>
            await store.GetAsync("d/2", new KvReadOptions { Serializable = true, Revision = ScriptedReply.Revision }));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () =>
            await store.KeysAsync("d", new KvListOptions { Serializable = true, Revision = ScriptedReply.Revision }));
        Assert.Equal(4, peer.Requests);
    }

    private static ScriptedHttp2Peer LaggingPeer() => new(async request =>
    {
        var range = RangeRequest.Parser.ParseFrom(request.Message);
        if (range is { Serializable: true, Revision: ScriptedReply.Revision })
        {
            await RefuseAsync(request);
            return;
        }

        var reply = RangeResponse.Parser.ParseFrom(ScriptedReply.Range(range.Revision == 0 ? "d/1" : "d/2", ""));
        reply.More = range.Revision == 0;
        reply.Count = reply.More ? 2 : 1;
        await request.ReplyAsync(reply.ToByteArray());
    });

    private static async Task RefuseAsync(ScriptedRequest request)
    {
        await request.SendOkHeadersAsync();
        await request.SendTrailersAsync(OutOfRange, FutureRevision);
    }
}
