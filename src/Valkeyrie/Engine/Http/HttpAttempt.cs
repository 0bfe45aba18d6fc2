using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine.Http;

/// <summary>One request to one endpoint, and its response.</summary>
public sealed class HttpAttempt : IDisposable
{
    private const long MaxShortLength = 64 << 10;
    private const long UsualShortLength = 4 << 10;

    // Far slower than any connection that is usable for a listing.
    private const double SlowestBytesPerSecond = 16 << 10;

    private readonly HttpChannel _channel;
    private readonly HttpCall _call;
    private readonly Deadline _deadline;
    private readonly CancellationToken _caller;
    private HttpBody? _body;
    private HttpResponseMessage? _response;
    private TimeSpan _waited;

    internal HttpAttempt(HttpChannel channel, HttpEndpoint endpoint, HttpCall call, Deadline deadline, CancellationToken caller)
    {
        _channel = channel;
        Endpoint = endpoint;
        _call = call;
        _deadline = deadline;
        _caller = caller;
    }

    /// <summary>The endpoint of the request.</summary>
    public HttpEndpoint Endpoint { get; }

    /// <summary>The response, with its body not read yet.</summary>
    public HttpResponseMessage Response => _response!;

    /// <summary>True if another object reads the rest of the response and then ends the attempt.</summary>
    public bool IsHandedOn { get; private set; }

    /// <summary>True if the server cannot have received the whole request.</summary>
    internal bool IsUnsent => _response is null && _body is { IsBegun: false };

    /// <summary>The status of a refusal; null for none.</summary>
    internal int? RefusedStatus => _response is { IsSuccessStatusCode: false } refusal ? (int)refusal.StatusCode : null;

    /// <summary>Reads a short body: an error, or a server's report about itself.</summary>
    public async ValueTask<byte[]> ReadShortAsync()
    {
        var stream = await Response.Content.ReadAsStreamAsync(_deadline.Token).ConfigureAwait(false);
        var buffer = new byte[Math.Min(Response.Content.Headers.ContentLength ?? UsualShortLength, MaxShortLength)];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, _deadline.Token).ConfigureAwait(false);
        return buffer[..length];
    }

    /// <summary>Reads a short body completely.</summary>
    /// <param name="limit">The maximum size in bytes.</param>
    /// <exception cref="ReplyException">The body is longer.</exception>
    public async ValueTask<byte[]> ReadWholeAsync(int limit)
    {
        var stream = await Response.Content.ReadAsStreamAsync(_deadline.Token).ConfigureAwait(false);
        using var whole = new MemoryStream();
        var buffer = new byte[UsualShortLength];
        while (await stream.ReadAsync(buffer, _deadline.Token).ConfigureAwait(false) is > 0 and var length)
        {
            whole.Write(buffer, 0, length);
            if (whole.Length > limit)
            {
                throw new ReplyException("its reply is longer than any reply of this kind.");
            }
        }

        return whole.ToArray();
    }

    /// <summary>Parses the whole body.</summary>
    /// <param name="parser">Parses the bytes.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ParseAsync(IReplyParser parser)
    {
        var stream = await Response.Content.ReadAsStreamAsync(_deadline.Token).ConfigureAwait(false);
        using var body = new ReplyBody(stream, parser, ReplyBody.SingleLength);
        while (await body.ReadAsync(_deadline.Token).ConfigureAwait(false))
        {
        }
    }

    /// <summary>Transfers the body to an owner who reads it part by part with <see cref="ReadOnAsync"/> and ends the attempt.</summary>
    /// <param name="parser">Parses the bytes.</param>
    /// <returns>The body, with its first part read: until then another endpoint can still take over.</returns>
    public async ValueTask<(ReplyBody Body, bool More)> HandOnAsync(IReplyParser parser)
    {
        var stream = await Response.Content.ReadAsStreamAsync(_deadline.Token).ConfigureAwait(false);
        var body = new ReplyBody(stream, parser, ReplyBody.TreeLength);
        try
        {
            var more = await body.ReadAsync(_deadline.Token).ConfigureAwait(false);
            _deadline.Lift();
            IsHandedOn = true;
            return (body, more);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next part of a body. Only the time spent waiting counts, not the reader's own work. Each part must arrive within the timeout, and all
    /// waits together within the timeout plus the time that a slow connection needs for the same amount, so that a server cannot occupy a reader by sending
    /// single bytes.</summary>
    /// <param name="body">The body.</param>
    /// <returns>False at the end of the body.</returns>
    public async ValueTask<bool> ReadOnAsync(ReplyBody body)
    {
        var allowed = _channel.Timeout + TimeSpan.FromSeconds(body.Received / SlowestBytesPerSecond) - _waited;
        _deadline.Restart(allowed < TimeSpan.Zero ? TimeSpan.Zero : allowed < _channel.Timeout ? allowed : _channel.Timeout);
        var began = Stopwatch.GetTimestamp();
        try
        {
            var more = await body.ReadAsync(_deadline.Token).ConfigureAwait(false);
            _deadline.Lift();
            return more;
        }
        catch (Exception e)
        {
            throw _channel.FailureOf(e, Endpoint, _call.Key, _caller);
        }
        finally
        {
            _waited += Stopwatch.GetElapsedTime(began);
        }
    }

    /// <summary>Ends the attempt and discards the rest of the response.</summary>
    public void Dispose()
    {
        _response?.Dispose();
        _body?.Dispose();
        _deadline.End();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask SendAsync()
    {
        using var request = new HttpRequestMessage(_call.Method, Endpoint.UrlOf(_call.Target));
        _channel.Protocol.Prepare(request);
        if (_call.Body is { } bytes)
        {
            request.Content = _body = new HttpBody(bytes);
        }

        _response = await _channel.Http.SendAsync(request, _deadline.Token).ConfigureAwait(false);
    }
}
