using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;

namespace Valkeyrie.Etcd.Transport;

/// <summary>Calls to a cluster: picks an endpoint, signs in, holds the deadline, sends again where that is safe, and tells every failure as a
/// <see cref="KvException"/>.</summary>
internal sealed class GrpcChannel : IAsyncDisposable
{
    /// <summary>The longest unary reply taken; a page of a listing that is longer is asked for again in smaller parts.</summary>
    public const long MaxReplyLength = 64 << 20;

    // A watch can get any number of changes of one transaction in one message.
    private const long MaxStreamMessageLength = int.MaxValue;

    private readonly HttpMessageInvoker _http;
    private readonly EndpointSet _endpoints;
    private readonly SignIn? _signIn;
    private readonly TimeSpan _timeout;
    private readonly string _address;
    private readonly CancellationTokenSource _closing = new();

    public GrpcChannel(IReadOnlyList<Uri> endpoints, KvStoreOptions options, string address)
    {
        _endpoints = new EndpointSet(endpoints);
        _timeout = options.Timeout;
        _address = address;
        _http = HttpConnections.Create(options, endpoints.Count);
        _signIn = options.Credential is null ? null : new SignIn(this, options.Credential);
    }

    public TimeSpan Timeout => _timeout;

    /// <summary>Where errors say the call went.</summary>
    public string Address => _address;

    /// <summary>Makes a call of one request and one reply.</summary>
    /// <param name="method">The method.</param>
    /// <param name="frame">The request; its buffer is given back here.</param>
    /// <param name="read">Turns the reply's bytes, gone after it returns, into what the caller wants.</param>
    /// <param name="state">Passed on to <paramref name="read"/>.</param>
    /// <param name="key">The key that the call is about, for errors.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TReply> CallAsync<TState, TReply>(
        GrpcMethod method, Frame frame, Func<TState, ReadOnlyMemory<byte>, TReply> read, TState state, string? key, CancellationToken cancellationToken)
    {
        var attempts = new Attempts(method, _endpoints.Count, _timeout);
        var sent = true;
        try
        {
            while (true)
            {
                var endpoint = _endpoints.Next();
                var deadline = Deadline.Start(attempts.NextTimeout(), cancellationToken, _closing.Token);
                string? token = null;
                HttpResponseMessage? response = null;
                try
                {
                    if (_signIn is not null && method != GrpcMethod.Authenticate)
                    {
                        token = await _signIn.GetTokenAsync(deadline.Token).ConfigureAwait(false);
                    }

                    var content = new FrameContent(frame.Memory);
                    using var request = NewRequest(endpoint, method, content, token);
                    sent = false;
                    response = await _http.SendAsync(request, deadline.Token).ConfigureAwait(false);
                    var reply = await ReadReplyAsync(response, read, state, deadline.Token).ConfigureAwait(false);
                    sent = content.Sent;
                    endpoint.Succeeded();
                    return reply;
                }
                catch (Exception e)
                {
                    await RetryOrThrowAsync(e, attempts, endpoint, token, key, cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    response?.Dispose();
                    deadline.End();
                }
            }
        }
        finally
        {
            // The body may still be read by the transport after a failure; then the buffer is left to the collector.
            if (sent)
            {
                frame.Return();
            }
        }
    }

    /// <summary>Opens a stream with its first request, and keeps it open for replies.</summary>
    /// <returns>The stream, with its first reply waiting; that much is under the deadline.</returns>
    public async ValueTask<GrpcStream> OpenStreamAsync(GrpcMethod method, Frame frame, string? key, CancellationToken cancellationToken)
    {
        var attempts = new Attempts(method, _endpoints.Count, _timeout);
        while (true)
        {
            var endpoint = _endpoints.Next();
            var deadline = Deadline.Start(attempts.NextTimeout(), cancellationToken, _closing.Token);
            string? token = null;
            GrpcStream? stream = null;
            try
            {
                if (_signIn is not null)
                {
                    token = await _signIn.GetTokenAsync(deadline.Token).ConfigureAwait(false);
                }

                var content = new FrameContent(frame.Memory, keepOpen: true);
                var request = NewRequest(endpoint, method, content, token);
                stream = new GrpcStream(this, endpoint, token, request, content, deadline, cancellationToken);
                var response = await _http.SendAsync(request, deadline.Token).ConfigureAwait(false);
                await stream.BeginAsync(response, MaxStreamMessageLength).ConfigureAwait(false);
                deadline.Lift();
                endpoint.Succeeded();
                return stream;
            }
            catch (Exception e)
            {
                if (stream is null)
                {
                    deadline.End();
                }
                else
                {
                    await stream.DisposeAsync().ConfigureAwait(false);
                }

                await RetryOrThrowAsync(e, attempts, endpoint, token, key, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>What a failure within an open stream is to its caller.</summary>
    public Exception FailureOf(Exception e, Endpoint endpoint, CancellationToken cancellationToken)
    {
        var failure = Failure.Of(e, endpoint, null, IsTimeout(e, cancellationToken), _timeout);
        if (failure.EndpointFailed)
        {
            endpoint.Failed();
        }

        return CallerEnded(e, cancellationToken) ?? failure.Error;
    }

    /// <summary>Has the next call sign in anew, unless another has done so since.</summary>
    public void ForgetToken(string token) => _signIn?.Forget(token);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        _http.Dispose();
    }

    /// <summary>Checks that a response is gRPC's, and gives its body.</summary>
    internal static async ValueTask<Stream> OpenBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        ThrowUnlessOk(GrpcStatus.From(response.Headers));
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new GrpcProtocolException($"It answered with HTTP status {(int)response.StatusCode}.");
        }

        var type = response.Content.Headers.ContentType?.MediaType;
        return type is not null && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase)
            ? await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false)
            : throw new GrpcProtocolException($"It answered with content of type '{type ?? "none"}', not gRPC.");
    }

    internal static void ThrowUnlessOk(GrpcStatus? status)
    {
        if (status is { Code: not GrpcCode.Ok } failed)
        {
            throw new GrpcException(failed);
        }
    }

    /// <summary>Throws unless the trailers say that the call ended well.</summary>
    internal static void CheckTrailers(HttpResponseHeaders trailers) =>
        ThrowUnlessOk(GrpcStatus.From(trailers) ?? throw new GrpcProtocolException("The reply ends without a status."));

    private static HttpRequestMessage NewRequest(Endpoint endpoint, GrpcMethod method, FrameContent content, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint.UrlOf(method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.TryAddWithoutValidation("te", "trailers");
        if (method == GrpcMethod.Watch)
        {
            // A member without a leader ends the watch instead of keeping silent (etcd's own clients send this for WithRequireLeader).
            request.Headers.TryAddWithoutValidation("hasleader", "true");
        }

        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("authorization", token);
        }

        return request;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<TReply> ReadReplyAsync<TState, TReply>(
        HttpResponseMessage response, Func<TState, ReadOnlyMemory<byte>, TReply> read, TState state, CancellationToken cancellationToken)
    {
        var body = await OpenBodyAsync(response, cancellationToken).ConfigureAwait(false);
        using var reader = new MessageReader(body, MaxReplyLength);
        if (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is not { } message)
        {
            CheckTrailers(response.TrailingHeaders);
            throw new GrpcProtocolException("The reply holds no message.");
        }

        var reply = read(state, message);
        if (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is not null)
        {
            throw new GrpcProtocolException("The reply holds more than one message.");
        }

        CheckTrailers(response.TrailingHeaders);
        return reply;
    }

    private async ValueTask RetryOrThrowAsync(
        Exception e, Attempts attempts, Endpoint endpoint, string? token, string? key, CancellationToken cancellationToken)
    {
        if (CallerEnded(e, cancellationToken) is { } ended)
        {
            throw ended;
        }

        var failure = Failure.Of(e, endpoint, key, IsTimeout(e, cancellationToken), _timeout);
        if (failure.EndpointFailed)
        {
            endpoint.Failed();
        }

        if (failure.TokenRefused && token is not null && attempts.MayRenewToken())
        {
            ForgetToken(token);
            return;
        }

        if (!attempts.MayTryAgain(failure))
        {
            throw failure.Error;
        }

        await attempts.PauseAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The caller's own cancellation, or the store's end; null if neither is why the call failed.</summary>
    private Exception? CallerEnded(Exception e, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? new OperationCanceledException(cancellationToken)
        : _closing.IsCancellationRequested ? new KvStoreClosedException(_address)
        : e as KvException;

    private bool IsTimeout(Exception e, CancellationToken cancellationToken) =>
        e is OperationCanceledException && !cancellationToken.IsCancellationRequested && !_closing.IsCancellationRequested;
}
