using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Valkeyrie.Bench.Contenders;

/// <summary>The floor: a plain <see cref="HttpClient"/> over HTTP/2 that posts ready-made gRPC frames, as the measure of the platform without
/// optimizations.</summary>
internal sealed class BareClient(string endpoint) : IDisposable
{
    public const string Put = "/etcdserverpb.KV/Put";
    public const string Range = "/etcdserverpb.KV/Range";
    public const string DeleteRange = "/etcdserverpb.KV/DeleteRange";
    public const string Txn = "/etcdserverpb.KV/Txn";
    public const string Watch = "/etcdserverpb.Watch/Watch";
    public const string LeaseGrant = "/etcdserverpb.Lease/LeaseGrant";
    public const string LeaseRevoke = "/etcdserverpb.Lease/LeaseRevoke";

    public const int FrameHeaderSize = 5;
    private const int ReadBufferSize = 1024;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = new Uri($"http://{endpoint}"),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>A message with gRPC's prefix: no compression, and the length.</summary>
    public static byte[] Frame(IMessage message)
    {
        var frame = new byte[FrameHeaderSize + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - FrameHeaderSize);
        message.WriteTo(frame.AsSpan(FrameHeaderSize));
        return frame;
    }

    /// <summary>Sends a frame and reads the whole reply without parsing it.</summary>
    public async ValueTask CallAsync(string method, byte[] frame)
    {
        using var response = await SendAsync(method, new ByteArrayContent(frame));
        using var stream = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[ReadBufferSize];
        while (await stream.ReadAsync(buffer) > 0)
        {
        }

        CheckStatus(method, response);
    }

    /// <summary>Sends a message and returns the whole reply, parsed by the generated classes.</summary>
    public async ValueTask<TReply> CallAsync<TReply>(string method, IMessage message)
        where TReply : IMessage<TReply>, new()
    {
        using var response = await SendAsync(method, new ByteArrayContent(Frame(message)));
        var reply = await response.Content.ReadAsByteArrayAsync();
        CheckStatus(method, response);
        return Parse<TReply>(reply.AsSpan(FrameHeaderSize));
    }

    /// <summary>Opens a stream with one request and many replies, each parsed by the generated classes.</summary>
    public async IAsyncEnumerable<TReply> StreamAsync<TReply>(string method, IMessage message)
        where TReply : IMessage<TReply>, new()
    {
        using var content = new OpenEndedContent(Frame(message));
        using var response = await SendAsync(method, content);
        using var stream = await response.Content.ReadAsStreamAsync();
        var header = new byte[FrameHeaderSize];
        var buffer = new byte[64 * 1024];
        while (true)
        {
            await stream.ReadExactlyAsync(header);
            var length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1));
            buffer = length > buffer.Length ? new byte[length] : buffer;
            await stream.ReadExactlyAsync(buffer.AsMemory(0, length));
            yield return Parse<TReply>(buffer.AsSpan(0, length));
        }
    }

    public void Dispose() => _http.Dispose();

    private static TReply Parse<TReply>(ReadOnlySpan<byte> bytes)
        where TReply : IMessage<TReply>, new()
    {
        var reply = new TReply();
        reply.MergeFrom(bytes);
        return reply;
    }

    private static void CheckStatus(string method, HttpResponseMessage response)
    {
        // An error without a reply has its status in the headers (gRPC over HTTP/2: Trailers-Only).
        if (!response.TrailingHeaders.TryGetValues("grpc-status", out var status) && !response.Headers.TryGetValues("grpc-status", out status))
        {
            throw new InvalidDataException($"{method} ended without a status.");
        }

        if (status.Single() != "0")
        {
            throw new InvalidDataException($"{method} ended with status {status.Single()}: {response.TrailingHeaders}{response.Headers}");
        }
    }

    private Task<HttpResponseMessage> SendAsync(string method, HttpContent content)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var request = new HttpRequestMessage(HttpMethod.Post, method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Sends one frame and leaves the stream open until it is disposed.</summary>
    private sealed class OpenEndedContent(byte[] frame) : HttpContent
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(frame);
            await stream.FlushAsync();
            await _end.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            _end.TrySetResult();
            base.Dispose(disposing);
        }
    }
}
