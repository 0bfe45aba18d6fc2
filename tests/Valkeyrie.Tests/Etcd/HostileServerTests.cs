using Valkeyrie.Etcd;
using Valkeyrie.Tests.Etcd.V2;

namespace Valkeyrie.Tests.Etcd;

/// <summary>A server whose texts would control a terminal: no error contains them unchanged.</summary>
public sealed class HostileServerTests
{
    // In a form that a header field can contain.
    private static readonly string Percent = string.Concat(System.Text.Encoding.UTF8.GetBytes(HostileText.Whole).Select(b => $"%{b:X2}"));

    static HostileServerTests() => EtcdStore.Register();

    [Fact]
    public async Task The_message_of_every_status_of_gRPC_is_made_visible()
    {
        var status = 0;
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            await request.SendTrailersAsync(Volatile.Read(ref status), Percent);
        });
        foreach (var code in Enumerable.Range(1, 20))
        {
            Volatile.Write(ref status, code);
            await using var store = peer.Open(new KvStoreOptions { Timeout = TimeSpan.FromMilliseconds(200) });
            AssertVisible(await Assert.ThrowsAnyAsync<KvException>(async () => await store.PutAsync("k\u001b]0;x\u0007", "v")), $"status {code}");
            AssertVisible(await Assert.ThrowsAnyAsync<KvException>(async () => await store.GetAsync("k\u202e")), $"status {code}");
        }
    }

    [Fact]
    public async Task A_content_type_is_made_visible()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendHeadersAsync((":status", "200"), ("content-type", "text/\u001b]0;x\u0007\u009b2J"));
            await request.SendTrailersAsync(0);
        });
        await using var store = peer.Open(new KvStoreOptions { Timeout = TimeSpan.FromMilliseconds(200) });
        AssertVisible(await Assert.ThrowsAnyAsync<KvException>(async () => await store.GetAsync("k")), "content type");
    }

    [Theory]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(102)]
    [InlineData(104)]
    [InlineData(105)]
    [InlineData(107)]
    [InlineData(108)]
    [InlineData(110)]
    [InlineData(209)]
    [InlineData(300)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(999)]
    public async Task The_messages_of_APIv2_are_made_visible(int code)
    {
        var json = System.Text.Json.JsonSerializer.Serialize(new { errorCode = code, message = Wellformed, cause = Wellformed, index = 7 });
        await using var peer = new ScriptedHttpPeer(ScriptedHttpPeer.Reply(json, "400 Bad Request"));
        await using var store = KvStore.Open($"etcdv2://{peer.Endpoint}", new KvStoreOptions { Timeout = TimeSpan.FromMilliseconds(300) });
        AssertVisible(await Assert.ThrowsAnyAsync<KvException>(async () => await store.PutAsync("k\u202e", "v")), $"code {code}");
    }

    [Fact]
    public async Task What_is_no_JSON_is_made_visible()
    {
        await using var peer = new ScriptedHttpPeer(ScriptedHttpPeer.Reply("{\"action\u001b]0;x\u0007\":\u009b2J}"));
        await using var store = KvStore.Open($"etcdv2://{peer.Endpoint}", new KvStoreOptions { Timeout = TimeSpan.FromMilliseconds(300) });
        AssertVisible(await Assert.ThrowsAnyAsync<KvException>(async () => await store.GetAsync("k")), "no JSON");
    }

    // Half of a surrogate pair cannot be sent.
    private static string Wellformed => HostileText.Whole[..^3];

    private static void AssertVisible(KvException error, string what)
    {
        Assert.True(HostileText.FindIn(error.Message) is null, $"{what}: {HostileText.FindIn(error.Message)} in the message.");
        Assert.True(HostileText.FindIn(error.ToString(), lines: true) is null, $"{what}: {HostileText.FindIn(error.ToString(), lines: true)} in the text.");
    }
}
