using Valkeyrie.Etcd.Protocol;
using Google.Protobuf;

namespace Valkeyrie.Tests.Etcd.Cluster;

/// <summary>The pages of one listing never come from two histories.</summary>
public sealed class TwoHistoriesTests
{
    private const int OutOfRange = 11;
    private const string FutureRevision = "etcdserver: mvcc: required revision is a future revision";

    [Fact]
    public async Task A_second_page_of_another_cluster_is_history_changed()
    {
        await using var peer = new ScriptedHttp2Peer(request => AnswerAsync(request, second: reply => reply.Header.ClusterId++));
        await AssertChangedAsync(peer);
    }

    [Fact]
    public async Task A_second_page_at_an_older_revision_of_the_same_member_is_history_changed()
    {
        await using var peer = new ScriptedHttp2Peer(request => AnswerAsync(request, second: reply => reply.Header.Revision--));
        await AssertChangedAsync(peer);
    }

    [Fact]
    public async Task A_second_page_in_an_older_term_of_the_same_member_is_history_changed()
    {
        await using var peer = new ScriptedHttp2Peer(request => AnswerAsync(request, second: reply => reply.Header.RaftTerm--));
        await AssertChangedAsync(peer);
    }

    [Fact]
    public async Task A_second_page_whose_revision_lies_in_the_future_is_history_changed()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            if (RangeRequest.Parser.ParseFrom(request.Message).Revision == 0)
            {
                await AnswerAsync(request, second: _ => { });
                return;
            }

            await request.SendOkHeadersAsync();
            await request.SendTrailersAsync(OutOfRange, FutureRevision);
        });
        await AssertChangedAsync(peer);
    }

    [Fact]
    public async Task A_second_page_of_a_member_that_lags_behind_is_none_of_that()
    {
        await using var peer = new ScriptedHttp2Peer(request => AnswerAsync(request, second: reply =>
        {
            reply.Header.MemberId++;
            reply.Header.Revision--;
            reply.Header.RaftTerm--;
        }));
        await using var store = peer.Open();
        Assert.Equal(["d/1", "d/2"], await store.KeysAsync("d"));
    }

    private static async Task AssertChangedAsync(ScriptedHttp2Peer peer)
    {
        await using var store = peer.Open();
        var error = await Assert.ThrowsAsync<KvHistoryChangedException>(async () => await store.KeysAsync("d"));
        Assert.Equal(("d", peer.Address), (error.Key, error.Endpoint));
    }

    private static Task AnswerAsync(ScriptedRequest request, Action<RangeResponse> second)
    {
        var isFirst = RangeRequest.Parser.ParseFrom(request.Message).Revision == 0;
        var reply = RangeResponse.Parser.ParseFrom(ScriptedReply.Range(isFirst ? "d/1" : "d/2", ""));
        (reply.More, reply.Count) = isFirst ? (true, 2) : (false, 1);
        if (!isFirst)
        {
            second(reply);
        }

        return request.ReplyAsync(reply.ToByteArray());
    }
}
