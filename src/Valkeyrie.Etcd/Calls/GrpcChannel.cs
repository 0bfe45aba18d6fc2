using System.Runtime.CompilerServices;
using Google.Protobuf;
using Valkeyrie.Etcd.Cluster;
using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Http2;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.Calls;

/// <summary>Calls to a cluster: picks an endpoint, signs in, holds the deadline, sends again where that is safe, and tells every failure as a
/// <see cref="KvException"/>.</summary>
internal sealed class GrpcChannel : IAsyncDisposable
{
    /// <summary>The longest unary reply taken; a page of a listing that is longer is asked for again in smaller parts.</summary>
    public const long MaxReplyLength = 64 << 20;

    // A watch can get any number of changes of one transaction in one message.
    private const long MaxStreamMessageLength = 1 << 30;

    // A connection may just have ended, and by a rare chance the next one too. A server that ends each at once is not to be asked in a tight loop.
    private const int MostClosedAtOnce = 2;

    private readonly EndpointSet _endpoints;
    private readonly ClusterHistory _history;
    private readonly SignIn? _signIn;
    private readonly TimeSpan _timeout;
    private readonly string _address;
    private readonly CancellationTokenSource _closing = new();

    public GrpcChannel(IReadOnlyList<Uri> endpoints, KvStoreOptions options, string address)
    {
        _endpoints = new EndpointSet(endpoints, options);
        _history = new ClusterHistory(_endpoints);
        _timeout = options.Timeout;
        _address = address;
        _signIn = options.Credential is null ? null : new SignIn(this, options.Credential);
    }

    public TimeSpan Timeout => _timeout;

    /// <summary>The endpoints, in the order in which they were given.</summary>
    public IReadOnlyList<Endpoint> Endpoints => _endpoints.All;

    /// <summary>Where errors say the call went.</summary>
    public string Address => _address;

    /// <summary>Makes a call of one request and one reply.</summary>
    /// <param name="method">The method.</param>
    /// <param name="frame">The request; its buffer is given back here.</param>
    /// <param name="read">Turns the reply, gone after it returns, into what the caller wants.</param>
    /// <param name="state">Passed on to <paramref name="read"/>.</param>
    /// <param name="key">The key that the call is about, for errors.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public ValueTask<TReply> CallAsync<TState, TReply>(
        GrpcMethod method, Frame frame, Func<TState, Reply, TReply> read, TState state, string? key, CancellationToken cancellationToken) =>
        CallAsync(null, new Attempts(method.ReadOnly, _endpoints.Count, _timeout), method, frame, read, state, key, _timeout, cancellationToken);

    /// <summary>Makes a call to one endpoint and no other. It is not sent again if it fails; a refused token is renewed all the same.</summary>
    /// <param name="endpoint">One of <see cref="Endpoints"/>.</param>
    /// <param name="method">The method.</param>
    /// <param name="request">The request.</param>
    /// <param name="read">Turns the reply, gone after it returns, into what the caller wants.</param>
    /// <param name="timeout">How long the call may take.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public ValueTask<TReply> AskAsync<TReply>(
        Endpoint endpoint, GrpcMethod method, IMessage request, Func<Reply, TReply> read, TimeSpan timeout, CancellationToken cancellationToken) => CallAsync(
            endpoint,
            new Attempts(readOnly: false, endpoints: 1, timeout),
            method,
            Frame.Of(request),
            static (read, reply) => read(reply),
            read,
            key: null,
            timeout,
            cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TReply> CallAsync<TState, TReply>(
        Endpoint? only,
        Attempts attempts,
        GrpcMethod method,
        Frame frame,
        Func<TState, Reply, TReply> read,
        TState state,
        string? key,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var endpoint = only ?? _endpoints.Next();
                var deadline = Deadline.Start(attempts.NextTimeout(), cancellationToken, _closing.Token);
                var stream = new Http2Stream(MaxReplyLength, unary: true);
                CancellationTokenRegistration cancel = default;
                string? token = null;
                try
                {
                    if (_signIn is not null && method != GrpcMethod.Authenticate)
                    {
                        token = await _signIn.GetTokenAsync(deadline.Token).ConfigureAwait(false);
                    }

                    var mark = _history.MarkOf(endpoint);
                    await StartAsync(endpoint, stream, method, token, frame.Memory, end: true, deadline.Token).ConfigureAwait(false);
                    cancel = deadline.Token.UnsafeRegister(static s => ((Http2Stream)s!).Cancel(), stream);
                    await stream.ReadyAsync().ConfigureAwait(false);
                    var message = stream.TakeOnly();
                    var history = _history.Observe(endpoint, mark, ReplyHeader.OfReply(message.Span));
                    var reply = read(state, new Reply(stream, message, endpoint.Name, history));
                    endpoint.Succeeded();
                    return reply;
                }
                catch (Exception e)
                {
                    var call = FailedCallOf(e, endpoint, method, key, stream, cancellationToken) with { Timeout = timeout };
                    await RetryOrThrowAsync(e, attempts, call, endpoint, token, cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    cancel.Dispose();
                    stream.Release();
                    deadline.End();
                }
            }
        }
        finally
        {
            frame.Return();
        }
    }

    /// <summary>Opens a stream with its first request, and keeps it open for replies.</summary>
    /// <param name="method">The method.</param>
    /// <param name="frame">The request; its buffer is given back when the stream is closed, as a server may answer before it has read it all.</param>
    /// <param name="key">The key that the call is about, for errors.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public async ValueTask<GrpcStream> OpenStreamAsync(GrpcMethod method, Frame frame, string? key, CancellationToken cancellationToken)
    {
        var attempts = new Attempts(method.ReadOnly, _endpoints.Count, _timeout);
        var isHandedOn = false;
        try
        {
            while (true)
            {
                var endpoint = _endpoints.Next();
                var deadline = Deadline.Start(attempts.NextTimeout(), cancellationToken, _closing.Token);
                var stream = new Http2Stream(MaxStreamMessageLength, unary: false);
                GrpcStream? opened = null;
                string? token = null;
                try
                {
                    if (_signIn is not null)
                    {
                        token = await _signIn.GetTokenAsync(deadline.Token).ConfigureAwait(false);
                    }

                    var mark = _history.MarkOf(endpoint);
                    await StartAsync(endpoint, stream, method, token, frame.Memory, end: false, deadline.Token).ConfigureAwait(false);
                    opened = new GrpcStream(this, endpoint, method, key, token, stream, mark, deadline, cancellationToken);
                    await stream.ReadyAsync().ConfigureAwait(false);
                    stream.ThrowIfEnded();

                    // From here on the stream runs as long as its reader likes.
                    deadline.Lift();
                    endpoint.Succeeded();
                    opened.Own(frame);
                    isHandedOn = true;
                    return opened;
                }
                catch (Exception e)
                {
                    if (opened is null)
                    {
                        deadline.End();
                    }
                    else
                    {
                        await opened.DisposeAsync().ConfigureAwait(false);
                    }

                    await RetryOrThrowAsync(e, attempts, FailedCallOf(e, endpoint, method, key, stream, cancellationToken), endpoint, token, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            if (!isHandedOn)
            {
                frame.Return();
            }
        }
    }

    /// <summary>What a failure within an open stream is to its caller.</summary>
    public Exception FailureOf(Exception e, Endpoint endpoint, GrpcMethod method, string? key, Http2Stream stream, CancellationToken cancellationToken)
    {
        var failure = Failure.Of(e, FailedCallOf(e, endpoint, method, key, stream, cancellationToken));
        if (failure.EndpointFailed)
        {
            endpoint.Failed();
        }

        return CallerEnded(e, cancellationToken) ?? failure.Error;
    }

    /// <summary>Which history of the cluster the first reply of a stream is of.</summary>
    public long HistoryOf(Endpoint endpoint, in HistoryMark sent, ReadOnlyMemory<byte> reply) =>
        _history.Observe(endpoint, sent, ReplyHeader.OfReply(reply.Span));

    /// <summary>Has the next call sign in anew, unless another has done so since; false where there is no credential to sign in with.</summary>
    /// <param name="token">The token that was refused; null where the server asked for none when it was signed in to.</param>
    public bool ForgetToken(string? token)
    {
        _signIn?.Forget(token);
        return _signIn is not null;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        _endpoints.Dispose();
    }

    /// <summary>Starts a call on the endpoint's connection, a new one where the last has ended or is about to.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask StartAsync(
        Endpoint endpoint, Http2Stream stream, GrpcMethod method, string? token, ReadOnlyMemory<byte> frame, bool end, CancellationToken cancellationToken)
    {
        var closed = 0;
        while (closed < MostClosedAtOnce)
        {
            var connection = await endpoint.ConnectAsync(cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            var result = connection.TryStart(stream, method, token, frame, end);
            if (result.Ok)
            {
                return;
            }

            if (result.Wait is null)
            {
                closed++;
                continue;
            }

            await result.Wait.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        throw new Http2ConnectionLostException("The server closes its connections before they take a call.", notSent: true);
    }

    private async ValueTask RetryOrThrowAsync(
        Exception e, Attempts attempts, FailedCall call, Endpoint endpoint, string? token, CancellationToken cancellationToken)
    {
        if (CallerEnded(e, cancellationToken) is { } ended)
        {
            throw ended;
        }

        var failure = Failure.Of(e, call);
        if (failure.EndpointFailed)
        {
            endpoint.Failed();
        }

        if (failure.TokenRefused && attempts.MayRenewToken() && ForgetToken(token))
        {
            await attempts.PauseForTokenAsync(cancellationToken).ConfigureAwait(false);
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

    private FailedCall FailedCallOf(
        Exception e, Endpoint endpoint, GrpcMethod method, string? key, Http2Stream stream, CancellationToken cancellationToken) =>
        new(endpoint.Name, key, method.ReadOnly) { Timeout = _timeout, TimedOut = IsTimeout(e, cancellationToken), Unsent = stream.Connection is null };

    private bool IsTimeout(Exception e, CancellationToken cancellationToken) =>
        e is OperationCanceledException && !cancellationToken.IsCancellationRequested && !_closing.IsCancellationRequested;
}
