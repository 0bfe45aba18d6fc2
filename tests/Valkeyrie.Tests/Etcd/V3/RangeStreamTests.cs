using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Tests.Etcd.V3;

/// <summary>Listings of large values by etcd 3.7's RangeStream, the servers that have none, and the streams that fail.</summary>
public sealed class RangeStreamTests
{
    private const int Unimplemented = 12;
    private const int Unavailable = 14;
    private const int OutOfRange = 11;
    private const int PermissionDenied = 7;
    private const string Compacted = "etcdserver: mvcc: required revision has been compacted";
    private const string NotRequested = "The reply contains a key that was not requested.";

    private const int First = ScriptedDirectory.FirstPage;
    private const int Total = ScriptedDirectory.Count - First;

    /// <summary>Streams that no etcd sends: by name, the messages and the error.</summary>
    private static readonly Dictionary<string, (byte[][] Messages, string Error)> Violations = new()
    {
        ["a part repeated"] = (
            [ScriptedDirectory.Part(First, First + 10), ScriptedDirectory.Part(First, First + 10), ScriptedDirectory.LastPart(First + 10)], NotRequested),
        ["parts out of order"] = (
            [ScriptedDirectory.Part(First + 10, First + 20), ScriptedDirectory.Part(First, First + 10), ScriptedDirectory.LastPart(First + 20)], NotRequested),
        ["a part from before the page"] = ([ScriptedDirectory.Part(0, 10), ScriptedDirectory.LastPart(First)], NotRequested),
        ["a key of another directory"] = ([Foreign("e/1")], NotRequested),
        ["a key that is not UTF-8 and not in the range"] = ([Foreign("\uFFFD")], NotRequested),
        ["an older revision"] = (
            [ScriptedDirectory.LastPart(First, change: r => (r.Header.MemberId, r.Header.Revision) = (9, ScriptedReply.Revision - 1))],
            $"The reply to RangeStream was read at revision {ScriptedReply.Revision - 1}, but revision {ScriptedReply.Revision} was requested."),
        ["a count of more pairs"] = (
            [ScriptedDirectory.Part(First, First + 10), ScriptedDirectory.LastPart(First + 10, Total + 1)],
            $"The reply to RangeStream has {Total} pairs, but its last message reports {Total + 1}."),
        ["a part left out"] = (
            [ScriptedDirectory.Part(First, First + 10), ScriptedDirectory.LastPart(First + 20)],
            $"The reply to RangeStream has {Total - 10} pairs, but its last message reports {Total}."),
        ["more behind the last part"] = (
            [ScriptedDirectory.LastPart(First, change: r => r.More = true)], "The last message in the reply to RangeStream reports that more pairs follow."),
        ["no last part"] = ([ScriptedDirectory.Part(First, First + 10)], "The reply to RangeStream ends before its last message."),
        ["two last parts"] = ([ScriptedDirectory.LastPart(First), ScriptedDirectory.LastPart(First)], "The reply to RangeStream continues after its last message."),
        ["an empty part"] = (
            [ScriptedDirectory.Part(First, First + 10), ScriptedDirectory.Part(new RangeResponse()), ScriptedDirectory.LastPart(First + 10)],
            "A message in the reply to RangeStream has no pairs, and is not the last one."),
        ["an empty message"] = (
            [ScriptedDirectory.Part(First, First + 10), [], ScriptedDirectory.LastPart(First + 10)], "A message in the reply to RangeStream has no range response."),
        ["a message that is none"] = ([ScriptedDirectory.Part(First, First + 10), [0x0A, 0x7F, 0x01]], "The reply is not a valid message."),
    };

    public static TheoryData<string> ViolationNames => [.. Violations.Keys];

    [Fact]
    public async Task What_follows_the_first_page_is_one_stream_at_its_revision()
    {
        await using var server = new ScriptedDirectory(ScriptedDirectory.StreamAsync);
        await using var store = server.Peer.Open();
        Assert.Equal(ScriptedDirectory.Keys, await store.KeysAsync("d"));
        Assert.Equal(2, server.Peer.Requests);
        var request = Assert.Single(server.Streams);
        Assert.Equal((ScriptedReply.Revision, 0), (request.Revision, request.Limit));
        Assert.Equal((ScriptedDirectory.Keys[First - 1] + '\0', "d0"), (request.Key.ToStringUtf8(), request.RangeEnd.ToStringUtf8()));
    }

    [Fact]
    public async Task Values_come_whole_from_a_stream_in_pieces_of_any_length()
    {
        await using var server = new ScriptedDirectory(async request =>
        {
            await request.SendOkHeadersAsync();
            byte[] bytes = [.. GrpcMessage.Write(ScriptedDirectory.Part(First, First + 3)), .. GrpcMessage.Write(ScriptedDirectory.LastPart(First + 3))];
            foreach (var piece in bytes.Chunk(5_003))
            {
                await request.SendWithinWindowsAsync(piece);
            }

            await request.SendTrailersAsync(0);
        });
        await using var store = server.Peer.Open();
        var pairs = await store.ListAllAsync("d");
        Assert.Equal(ScriptedDirectory.Keys, pairs.Select(p => p.Key));
        Assert.All(pairs, p => Assert.Equal(3000, p.GetBytes().Length));
    }

    [Fact]
    public async Task A_listing_with_a_limit_or_in_reverse_or_since_a_revision_is_not_streamed()
    {
        await using var server = new ScriptedDirectory(ScriptedDirectory.StreamAsync);
        await using var store = server.Peer.Open();
        Assert.Equal(600, (await store.KeysAsync("d", new KvListOptions { Limit = 600 })).Count);
        Assert.NotEmpty(await store.KeysAsync("d", new KvListOptions { ChangedSince = 1 }));
        Assert.Empty(server.Streams);
    }

    [Fact]
    public async Task A_server_without_the_method_is_asked_once_a_connection()
    {
        await using var server = new ScriptedDirectory(RefuseAsync);
        await using var store = server.Peer.Open();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(ScriptedDirectory.Keys, await store.KeysAsync("d"));
        }

        Assert.Single(server.Streams);
        Assert.Equal(1, server.Peer.Connections);
    }

    [Fact]
    public async Task A_new_connection_may_lead_to_a_newer_server()
    {
        var isOld = true;
        ScriptedConnection? connection = null;
        await using var server = new ScriptedDirectory(request =>
        {
            connection = request.Connection;
            return isOld ? RefuseAsync(request) : ScriptedDirectory.StreamAsync(request);
        });
        await using var store = server.Peer.Open();
        Assert.Equal(ScriptedDirectory.Keys, await store.KeysAsync("d"));
        isOld = false;
        connection!.Close();
        Assert.Equal(ScriptedDirectory.Keys, await store.KeysAsync("d"));
        Assert.Equal((2, 2), (server.Streams.Count, server.Peer.Connections));
    }

    [Theory]
    [InlineData("3.4.23", 0)]
    [InlineData("3.6.14", 0)]
    [InlineData("3.7.0-rc.1", 1)]
    [InlineData("3.10.2", 1)]
    [InlineData("4.0.0", 1)]
    [InlineData("unknown", 1)]
    public async Task A_server_that_is_known_to_be_older_is_not_asked(string version, int streams)
    {
        await using var server = new ScriptedDirectory(ScriptedDirectory.StreamAsync) { Version = version };
        await using var store = server.Peer.Open();
        await store.PingAsync();
        Assert.Equal(ScriptedDirectory.Keys, await store.KeysAsync("d"));
        Assert.Equal(streams, server.Streams.Count);
    }

    [Theory]
    [InlineData("connection closed")]
    [InlineData("stream reset")]
    [InlineData("unavailable")]
    [InlineData("message cut off")]
    [InlineData("part too large")]
    public async Task A_stream_that_breaks_is_continued_behind_its_last_key_at_its_revision(string how)
    {
        await using var server = new ScriptedDirectory(async request =>
        {
            await ScriptedDirectory.SendAsync(request, end: false, ScriptedDirectory.Part(First, First + 10), ScriptedDirectory.Part(First + 10, First + 30));
            await request.SettleAsync();
            await BreakAsync(request, how);
        });
        await using var store = server.Peer.Open();
        Assert.Equal(ScriptedDirectory.Keys, await store.KeysAsync("d"));
        Assert.Single(server.Streams);
        Assert.Equal(2, server.Pages.Count);
        Assert.Equal(
            (ScriptedDirectory.Keys[First + 29] + '\0', ScriptedReply.Revision), (server.Pages[1].Key.ToStringUtf8(), server.Pages[1].Revision));
    }

    [Theory]
    [InlineData("connection closed")]
    [InlineData("stream reset")]
    [InlineData("unavailable")]
    public async Task A_stream_that_breaks_before_its_first_part_is_read_by_pages(string how)
    {
        await using var server = new ScriptedDirectory(request => BreakAsync(request, how));
        await using var store = server.Peer.Open();
        Assert.Equal(ScriptedDirectory.Keys, await store.KeysAsync("d"));
    }

    [Fact]
    public async Task A_stream_that_breaks_behind_its_last_part_is_whole()
    {
        await using var server = new ScriptedDirectory(async request =>
        {
            await ScriptedDirectory.SendAsync(request, end: false, ScriptedDirectory.LastPart(First));
            await request.SettleAsync();
            await BreakAsync(request, "stream reset");
        });
        await using var store = server.Peer.Open();
        Assert.Equal(ScriptedDirectory.Keys, await store.KeysAsync("d"));
        Assert.Single(server.Pages);
    }

    [Fact]
    public async Task A_stream_that_stands_still_is_continued_by_pages()
    {
        await using var server = new ScriptedDirectory(request => ScriptedDirectory.SendAsync(request, end: false, ScriptedDirectory.Part(First, First + 10)));
        await using var store = server.Peer.Open(new KvStoreOptions { Timeout = TimeSpan.FromSeconds(1) });
        Assert.Equal(ScriptedDirectory.Keys, await store.KeysAsync("d"));
        Assert.Single(server.Streams);
    }

    [Fact]
    public async Task A_revision_that_is_compacted_meanwhile_is_the_error_that_pages_have()
    {
        var isCompacted = false;
        await using var server = new ScriptedDirectory(async request =>
        {
            await ScriptedDirectory.SendAsync(request, end: false, ScriptedDirectory.Part(First, First + 10));
            isCompacted = true;
            await request.SendTrailersAsync(OutOfRange, Compacted);
        })
        {
            Instead = async (request, _) =>
            {
                if (isCompacted)
                {
                    await FailAsync(request, OutOfRange, Compacted);
                }

                return isCompacted;
            },
        };
        await using var store = server.Peer.Open();
        var error = await Assert.ThrowsAsync<KvCompactedException>(async () => await store.KeysAsync("d"));
        Assert.Equal("d", error.Key);
        Assert.Contains($"{ScriptedReply.Revision}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_permission_that_is_withdrawn_meanwhile_is_the_error_that_pages_have()
    {
        await using var server = new ScriptedDirectory(request => FailAsync(request, PermissionDenied, "etcdserver: permission denied"))
        {
            Instead = async (request, range) =>
            {
                if (range.Revision > 0)
                {
                    await FailAsync(request, PermissionDenied, "etcdserver: permission denied");
                }

                return range.Revision > 0;
            },
        };
        await using var store = server.Peer.Open();
        Assert.Equal("d", (await Assert.ThrowsAsync<KvPermissionDeniedException>(async () => await store.KeysAsync("d"))).Key);
    }

    [Theory]
    [MemberData(nameof(ViolationNames))]
    public async Task A_stream_that_no_etcd_sends_is_a_protocol_error(string name)
    {
        await using var server = new ScriptedDirectory(request => ScriptedDirectory.SendAsync(request, end: true, Violations[name].Messages));
        await using var store = server.Peer.Open();
        var error = await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.KeysAsync("d"));
        Assert.Equal(KvUnreachableReason.Protocol, error.Reason);
        Assert.Contains(Violations[name].Error, error.Message, StringComparison.Ordinal);
        Assert.Single(server.Pages);
    }

    [Fact]
    public async Task A_stream_of_another_cluster_is_history_changed()
    {
        await using var server = new ScriptedDirectory(request =>
            ScriptedDirectory.SendAsync(request, end: true, ScriptedDirectory.LastPart(First, change: r => r.Header.ClusterId++)));
        await using var store = server.Peer.Open();
        Assert.Equal("d", (await Assert.ThrowsAsync<KvHistoryChangedException>(async () => await store.KeysAsync("d"))).Key);
    }

    [Fact]
    public async Task A_connection_that_has_not_answered_yet_is_not_streamed_from()
    {
        // Its pairs would come before the header that shows their history.
        await using var server = new ScriptedDirectory(ScriptedDirectory.StreamAsync);
        await using var store = server.Peer.Open();
        await using var pairs = store.ListAsync("d").GetAsyncEnumerator();
        ScriptedConnection? connection = null;
        server.Peer.Connected += c => connection = c;
        server.Instead = async (request, range) =>
        {
            if (range.Revision > 0)
            {
                return false;
            }

            // The whole page, and the end of the connection in the same breath.
            var page = ScriptedDirectory.Response(0, First);
            page.Header = new ResponseHeader { ClusterId = 1, MemberId = 2, Revision = ScriptedReply.Revision, RaftTerm = 3 };
            (page.Count, page.More) = (ScriptedDirectory.Count, true);
            await request.SendOkHeadersAsync();
            await request.SendWithinWindowsAsync(GrpcMessage.Write(Google.Protobuf.MessageExtensions.ToByteArray(page)));
            await request.SendAsync(Http2Frame.GoAway(request.StreamId, 0));
            await request.SendTrailersAsync(0);
            return true;
        };
        var keys = new List<string>();
        while (await pairs.MoveNextAsync())
        {
            keys.Add(pairs.Current.Key);
        }

        Assert.Equal(ScriptedDirectory.Keys, keys);
        Assert.Empty(server.Streams);
        Assert.Equal(2, server.Pages.Count);
    }

    [Fact]
    public async Task A_consumer_that_stops_early_resets_the_stream()
    {
        var reset = new TaskCompletionSource();
        await using var server = StreamingUntil(reset);
        await using var store = server.Peer.Open();
        await foreach (var pair in store.ListAsync("d"))
        {
            if (pair.Key == ScriptedDirectory.Keys[First])
            {
                break;
            }
        }

        await reset.Task.WaitAsync(Patience.Limit);
        Assert.Equal(1, server.Peer.Connections);
    }

    [Fact]
    public async Task A_consumer_that_stops_within_the_first_page_resets_the_stream_ahead()
    {
        var reset = new TaskCompletionSource();
        await using var server = StreamingUntil(reset);
        await using var store = server.Peer.Open();
        await foreach (var _ in store.ListAsync("d"))
        {
            break;
        }

        await reset.Task.WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task A_slow_consumer_holds_the_server_up()
    {
        const int Parts = 64;
        var value = new byte[1 << 18];
        var sent = 0;
        await using var server = new ScriptedDirectory(async request =>
        {
            await request.SendOkHeadersAsync();
            for (var i = 0; i < Parts; i++)
            {
                var part = RangeResponse.Parser.ParseFrom(ScriptedReply.Range(($"d/z{i:00}", value)));
                (part.Header, part.Count) = i < Parts - 1 ? (null, 0) : (part.Header, Parts);
                await request.SendWithinWindowsAsync(GrpcMessage.Write(ScriptedDirectory.Part(part)));
                Interlocked.Increment(ref sent);
            }

            await request.SendTrailersAsync(0);
        });
        await using var store = server.Peer.Open();
        await using var pairs = store.ListAsync("d").GetAsyncEnumerator();
        Assert.True(await pairs.MoveNextAsync());

        // Standing still is seen by looking twice.
        var last = -1;
        await Patience.UntilAsync(
            async () =>
            {
                await Task.Delay(100);
                return Volatile.Read(ref sent) > 0 && Interlocked.Exchange(ref last, Volatile.Read(ref sent)) == sent;
            },
            "a standstill");
        Assert.InRange(Volatile.Read(ref sent), 1, Parts - 1);
        var count = 1;
        while (await pairs.MoveNextAsync())
        {
            count++;
        }

        Assert.Equal(First + Parts, count);
    }

    private static byte[] Foreign(string key)
    {
        var response = RangeResponse.Parser.ParseFrom(ScriptedReply.Range(key, "v"));
        response.Header = null;
        return ScriptedDirectory.Part(response);
    }

    // Sends one part of the stream, and waits until the client resets it.
    private static ScriptedDirectory StreamingUntil(TaskCompletionSource reset) => new(async request =>
    {
        await ScriptedDirectory.SendAsync(request, end: false, ScriptedDirectory.Part(First, First + 10));
        await request.WhenReset.WaitAsync(Patience.Limit);
        reset.SetResult();
    });

    private static Task RefuseAsync(ScriptedRequest request) => FailAsync(request, Unimplemented, "unknown method RangeStream for service etcdserverpb.KV");

    private static async Task FailAsync(ScriptedRequest request, int status, string message)
    {
        await request.SendOkHeadersAsync();
        await request.SendTrailersAsync(status, message);
    }

    private static async Task BreakAsync(ScriptedRequest request, string how)
    {
        switch (how)
        {
            case "connection closed":
                request.CloseConnection();
                break;
            case "stream reset":
                await request.SendAsync(Http2Frame.RstStream(request.StreamId, 8));
                break;
            case "unavailable":
                await request.SendTrailersAsync(Unavailable, "etcdserver: no leader");
                break;
            case "message cut off":
                await request.SendDataAsync(GrpcMessage.Write(ScriptedDirectory.LastPart(First + 30)).AsMemory(0, 1000));
                request.CloseConnection();
                break;
            case "part too large":
                await request.SendDataAsync(GrpcMessage.Prefix(65 << 20));
                break;
        }
    }
}
