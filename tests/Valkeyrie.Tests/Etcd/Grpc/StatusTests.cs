using System.Text;

namespace Valkeyrie.Tests.Etcd.Grpc;

/// <summary>The status of a call determines its end, with or without an answer before it.</summary>
public class StatusTests
{
    public static TheoryData<int, string, KvErrorCode> Refusals => new()
    {
        { 1, "etcdserver: request cancelled", KvErrorCode.Unreachable },
        { 2, "something else", KvErrorCode.Unreachable },
        { 2, "auth: invalid auth token", KvErrorCode.AuthenticationFailed },
        { 2, "auth: revision in header is old", KvErrorCode.AuthenticationFailed },
        { 2, "auth: user name is empty", KvErrorCode.AuthenticationFailed },
        { 2, "auth: permission denied", KvErrorCode.PermissionDenied },
        { 2, "auth: authentication failed, password was given for no password user", KvErrorCode.AuthenticationFailed },
        { 3, "etcdserver: duplicate key given in txn request", KvErrorCode.InvalidArgument },
        { 3, "etcdserver: request is too large", KvErrorCode.QuotaExceeded },
        { 3, "etcdserver: authentication failed, invalid user ID or password", KvErrorCode.AuthenticationFailed },
        { 3, "etcdserver: user name is empty", KvErrorCode.AuthenticationFailed },
        { 4, "context deadline exceeded", KvErrorCode.TimedOut },
        { 5, "etcdserver: requested lease not found", KvErrorCode.LeaseNotFound },
        { 7, "etcdserver: permission denied", KvErrorCode.PermissionDenied },
        { 8, "etcdserver: mvcc: database space exceeded", KvErrorCode.QuotaExceeded },
        { 8, "grpc: received message larger than max (4 vs. 2)", KvErrorCode.QuotaExceeded },
        { 11, "etcdserver: mvcc: required revision has been compacted", KvErrorCode.Compacted },
        { 11, "etcdserver: mvcc: required revision is a future revision", KvErrorCode.InvalidArgument },
        { 12, "unknown service etcdserverpb.KV", KvErrorCode.Unreachable },
        { 13, "internal", KvErrorCode.Unreachable },
        { 14, "etcdserver: no leader", KvErrorCode.Unreachable },
        { 14, "etcdserver: request timed out", KvErrorCode.TimedOut },
        { 15, "data loss", KvErrorCode.Unreachable },
        { 16, "etcdserver: invalid auth token", KvErrorCode.AuthenticationFailed },
        { 4711, "a code that nobody knows", KvErrorCode.Unreachable },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_status_alone_is_the_error(int status, string message, KvErrorCode expected)
    {
        await using var peer = new ScriptedHttp2Peer(request => request.SendAsync(Http2Frame.Headers(
            request.StreamId, [.. GrpcMessage.OkHeaders, .. GrpcMessage.Trailers(status, message)], endStream: true)));
        await AssertErrorAsync(peer, expected);
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_status_behind_an_answer_is_the_error(int status, string message, KvErrorCode expected)
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            await request.SendTrailersAsync(status, message);
        });
        await AssertErrorAsync(peer, expected);
    }

    [Fact]
    public async Task A_ping_of_a_user_who_is_not_told_the_servers_status_is_answered_without_a_version()
    {
        await using var peer = new ScriptedHttp2Peer(request => request.SendAsync(Http2Frame.Headers(
            request.StreamId, [.. GrpcMessage.OkHeaders, .. GrpcMessage.Trailers(7, "etcdserver: permission denied")], endStream: true)));
        await using var store = peer.Open();
        Assert.Equal(new KvServerStatus($"http://127.0.0.1:{peer.Port}", "", null), await store.PingAsync());
    }

    [Fact]
    public async Task What_is_not_permitted_names_the_key_of_a_transaction_too()
    {
        await using var peer = new ScriptedHttp2Peer(request => request.SendAsync(Http2Frame.Headers(
            request.StreamId, [.. GrpcMessage.OkHeaders, .. GrpcMessage.Trailers(7, "etcdserver: permission denied")], endStream: true)));
        await using var store = peer.Open();
        foreach (var operation in new KvOperation[]
        {
            new KvOperation.Put("app/k", default),
            new KvOperation.Delete(KvRange.Key("app/k")),
            new KvOperation.Read(KvRange.Key("app/k")),
        })
        {
            var denied = await Assert.ThrowsAsync<KvPermissionDeniedException>(async () =>
                await store.GetCapability<IKvTransactions>().CommitAsync(new KvTransaction { Then = [operation] }));
            Assert.Equal("app/k", denied.Key);
            Assert.Contains("'app/k'", denied.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_status_behind_a_message_is_the_error_all_the_same()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            await request.SendDataAsync(GrpcMessage.Write(ScriptedReply.Put()));
            await request.SendTrailersAsync(7, "denied after all");
        });
        await AssertErrorAsync(peer, KvErrorCode.PermissionDenied);
    }

    [Theory]
    [InlineData("caf%C3%A9 at 100%25", "café at 100%")]
    [InlineData("%E9%8D%B5", "鍵")]
    [InlineData("50% off", "50% off")]
    [InlineData("ends with %", "ends with %")]
    [InlineData("ends with %4", "ends with %4")]
    [InlineData("no hex %zz", "no hex %zz")]
    public async Task A_message_is_percent_decoded(string encoded, string decoded)
    {
        await using var peer = new ScriptedHttp2Peer(request => request.SendAsync(Http2Frame.Headers(
            request.StreamId, [.. GrpcMessage.OkHeaders, .. GrpcMessage.Trailers(3, encoded)], endStream: true)));
        var error = await AssertErrorAsync(peer, KvErrorCode.InvalidArgument);
        Assert.Contains(decoded, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_status_may_be_Huffman_coded()
    {
        // RFC 7541 C.4.1: "www.example.com".
        var message = Convert.FromHexString("f1e3c2e5f23a6ba0ab90f4ff");
        byte[] block =
        [
            0x88, // :status 200, by its number in the fixed table
            .. Http2Frame.HeaderBlock([("content-type", "application/grpc"), ("grpc-status", "3")]),
            0x10, .. Text("grpc-message"), (byte)(0x80 | message.Length), .. message,
        ];
        await using var peer = new ScriptedHttp2Peer(request => request.SendAsync(Http2Frame.Headers(request.StreamId, block, endStream: true)));
        var error = await AssertErrorAsync(peer, KvErrorCode.InvalidArgument);
        Assert.Contains("www.example.com", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_may_be_told_by_their_number_once_sent()
    {
        // Section 6.2.1: the first answer puts three fields into the table; the second one names them by their numbers, newest first.
        byte[] first =
        [
            0x88,
            0x5F, .. Text("application/grpc"),
            0x40, .. Text("grpc-status"), .. Text("3"),
            0x40, .. Text("grpc-message"), .. Text("told once"),
        ];
        byte[] second = [0x88, 0x80 | 64, 0x80 | 63, 0x80 | 62];
        await AssertTwiceAsync(first, second, "told once", "told once");
    }

    [Fact]
    public async Task The_table_of_headers_may_be_shrunk_and_grown()
    {
        // Section 6.3: emptied by shrinking it to nothing, then grown again; what is sent next is entry 62.
        byte[] first = [0x88, 0x5F, .. Text("application/grpc"), 0x40, .. Text("grpc-status"), .. Text("3"), 0x40, .. Text("grpc-message"), .. Text("first")];
        byte[] second =
        [
            0x20, 0x3F, 0xE1, 0x1F,
            0x88, 0x0F, 0x10, .. Text("application/grpc"), 0x10, .. Text("grpc-status"), .. Text("3"),
            0x40, .. Text("grpc-message"), .. Text("second"),
        ];
        await AssertTwiceAsync(first, second, "first", "second");
    }

    internal static async Task<KvException> AssertErrorAsync(ScriptedHttp2Peer peer, KvErrorCode expected)
    {
        await using var store = peer.Open();
        var error = await Assert.ThrowsAnyAsync<KvException>(async () => await store.PutAsync("the key", "v"));
        Assert.Equal(expected, error.Code);
        Assert.Contains($"127.0.0.1:{peer.Port}", error.Endpoint, StringComparison.Ordinal);
        return error;
    }

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static async Task AssertTwiceAsync(byte[] first, byte[] second, string firstMessage, string secondMessage)
    {
        var answers = new Queue<byte[]>([first, second]);
        await using var peer = new ScriptedHttp2Peer(request => request.SendAsync(Http2Frame.Headers(request.StreamId, answers.Dequeue(), endStream: true)));
        await using var store = peer.Open();
        foreach (var message in new[] { firstMessage, secondMessage })
        {
            var error = await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await store.PutAsync("k", "v"));
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, peer.Connections);
    }
}
