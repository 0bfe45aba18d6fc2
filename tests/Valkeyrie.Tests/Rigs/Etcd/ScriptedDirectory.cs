using Google.Protobuf;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Tests.Rigs;

/// <summary>A stand-in for an etcd with one directory of large values. It answers Range and Status by itself; the script answers RangeStream, part by part.</summary>
internal sealed class ScriptedDirectory : IAsyncDisposable
{
    /// <summary>How many keys the directory has. The first page of a listing holds 512 of them.</summary>
    public const int Count = 640;

    /// <summary>How many keys the first page of a listing holds.</summary>
    public const int FirstPage = 512;

    private const string StreamPath = "/etcdserverpb.KV/RangeStream";
    private const string StatusPath = "/etcdserverpb.Maintenance/Status";

    private static readonly byte[] Value = new byte[3000];

    private readonly Func<ScriptedRequest, Task> _stream;
    private readonly List<RangeRequest> _pages = [];
    private readonly List<RangeRequest> _streams = [];

    /// <summary>Begins to serve.</summary>
    /// <param name="stream">Answers a RangeStream.</param>
    public ScriptedDirectory(Func<ScriptedRequest, Task> stream)
    {
        _stream = stream;
        Peer = new ScriptedHttp2Peer(AnswerAsync);
    }

    public ScriptedHttp2Peer Peer { get; }

    /// <summary>The version that Status reports.</summary>
    public string Version { get; init; } = "3.7.1";

    /// <summary>Called before a Range is answered; true if it has answered instead.</summary>
    public Func<ScriptedRequest, RangeRequest, Task<bool>>? Instead { get; set; }

    public static IReadOnlyList<string> Keys { get; } = [.. Enumerable.Range(0, Count).Select(Key)];

    /// <summary>The Range requests that have come in.</summary>
    public IReadOnlyList<RangeRequest> Pages => Snapshot(_pages);

    /// <summary>The RangeStream requests that have come in.</summary>
    public IReadOnlyList<RangeRequest> Streams => Snapshot(_streams);

    /// <summary>A part of a stream, without header: keys from one number to before another.</summary>
    public static byte[] Part(int from, int to) => Part(Response(from, to));

    /// <summary>The last part of a stream.</summary>
    /// <param name="from">The number of its first key.</param>
    /// <param name="total">How many pairs the stream has in all.</param>
    /// <param name="change">Makes it one that no etcd sends; null for a proper one.</param>
    public static byte[] LastPart(int from, int total = Count - FirstPage, Action<RangeResponse>? change = null)
    {
        var response = Response(from, Count);
        response.Header = Header();
        response.Count = total;
        change?.Invoke(response);
        return Part(response);
    }

    /// <summary>A message of a stream.</summary>
    public static byte[] Part(RangeResponse response)
    {
        var inner = response.ToByteArray();
        var message = new byte[inner.Length + 16];
        var writer = new WireWriter(message);
        writer.Chosen(1, inner);
        return message[..writer.Written];
    }

    /// <summary>A reply without header and count: keys from one number to before another.</summary>
    public static RangeResponse Response(int from, int to)
    {
        var response = RangeResponse.Parser.ParseFrom(ScriptedReply.Range([.. Enumerable.Range(from, to - from).Select(i => (Key(i), Value))]));
        (response.Header, response.Count) = (null, 0);
        return response;
    }

    /// <summary>Sends messages of a stream, and its good end if asked for.</summary>
    public static async Task SendAsync(ScriptedRequest request, bool end, params IEnumerable<byte[]> parts)
    {
        await request.SendOkHeadersAsync();
        foreach (var part in parts)
        {
            await request.SendWithinWindowsAsync(GrpcMessage.Write(part));
        }

        if (end)
        {
            await request.SendTrailersAsync(0);
        }
    }

    /// <summary>A proper stream.</summary>
    public static Task StreamAsync(ScriptedRequest request) =>
        SendAsync(request, end: true, Part(FirstPage, FirstPage + 10), Part(FirstPage + 10, FirstPage + 100), LastPart(FirstPage + 100));

    public ValueTask DisposeAsync() => Peer.DisposeAsync();

    private static ResponseHeader Header() => new() { ClusterId = 1, MemberId = 2, Revision = ScriptedReply.Revision, RaftTerm = 3 };

    private static string Key(int number) => $"d/{number:0000}";

    private static List<RangeRequest> Snapshot(List<RangeRequest> requests)
    {
        lock (requests)
        {
            return [.. requests];
        }
    }

    private async Task AnswerAsync(ScriptedRequest request)
    {
        if (request.Fields[":path"] == StatusPath)
        {
            await request.ReplyAsync(new StatusResponse { Header = Header(), Version = Version }.ToByteArray());
            return;
        }

        var range = RangeRequest.Parser.ParseFrom(request.Message);
        var isStream = request.Fields[":path"] == StreamPath;
        var seen = isStream ? _streams : _pages;
        lock (seen)
        {
            seen.Add(range);
        }

        if (isStream)
        {
            await _stream(request);
        }
        else if (Instead is null || !await Instead(request, range))
        {
            await SendPageAsync(request, range);
        }
    }

    private static async Task SendPageAsync(ScriptedRequest request, RangeRequest range)
    {
        var (start, end) = (range.Key.ToStringUtf8(), range.RangeEnd.ToStringUtf8());
        var from = Keys.Count(k => string.CompareOrdinal(k, start) < 0);
        var left = Keys.Count(k => string.CompareOrdinal(k, end) < 0) - from;
        var sent = range.Limit > 0 ? Math.Min(left, (int)range.Limit) : left;
        var reply = Response(from, from + sent);
        reply.Header = Header();
        (reply.Count, reply.More) = (left, sent < left);
        await request.SendOkHeadersAsync();
        await request.SendWithinWindowsAsync(GrpcMessage.Write(reply.ToByteArray()));
        await request.SendTrailersAsync(0);
    }
}
