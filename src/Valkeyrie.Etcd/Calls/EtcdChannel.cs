using System.Runtime.CompilerServices;
using Valkeyrie.Engine.Http;
using Valkeyrie.Engine.Telemetry;
using Valkeyrie.Etcd.Cluster;
using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Http2;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.Calls;

/// <summary>Makes calls to a cluster: chooses an endpoint, signs in, enforces the deadline, retries if that is safe, and reports every failure as a
/// <see cref="KvException"/>.</summary>
internal sealed class EtcdChannel : IAsyncDisposable
{
    /// <summary>The longest accepted unary reply, in bytes; a longer page of a listing is requested again in smaller parts.</summary>
    public const long MaxReplyLength = 64 << 20;

    // A watch can receive any number of changes of one transaction in one message.
    private const long MaxStreamMessageLength = 1 << 30;

    // A connection may just have ended, and in rare cases also the next one. But a server that closes every connection at once must not be called in a tight
    // loop.
    private const int MostClosedAtOnce = 2;

    private const string AuthIsOff = "authentication is not enabled";

    private readonly EndpointSet<ConnectedEndpoint> _endpoints;
    private readonly ClusterHistory _history;
    private readonly SignIn? _signIn;
    private readonly CallEnd _end;

    public EtcdChannel(IReadOnlyList<Uri> endpoints, KvStoreOptions options, string address)
    {
        _endpoints = ConnectedEndpoint.SetOf(endpoints, options);
        _history = new ClusterHistory(_endpoints);
        _end = new CallEnd(address);
        _signIn = options.Credential is { } credential ? new SignIn(() => AuthenticateAsync(credential)) : null;
        Timeout = options.Timeout;
        Address = address;
    }

    /// <summary>The timeout of calls.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>The endpoints, in the specified order.</summary>
    public IReadOnlyList<ConnectedEndpoint> Endpoints => _endpoints.All;

    /// <summary>The address of the store, for error messages.</summary>
    public string Address { get; }

    /// <summary>Makes a call with one request and one reply.</summary>
    /// <param name="method">The method.</param>
    /// <param name="request">The framed request; this call returns its buffer to the pool.</param>
    /// <param name="read">Converts the reply, which is not valid afterwards, to the result.</param>
    /// <param name="state">The argument of <paramref name="read"/>.</param>
    /// <param name="key">The key of the call, for errors.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public ValueTask<TReply> CallAsync<TState, TReply>(
        GrpcMethod method, MessageFrame request, Func<TState, Reply, TReply> read, TState state, string? key, CancellationToken cancellationToken) =>
        CallAsync(null, new Attempts(method.IsRepeatable, _endpoints.Count, Timeout), method, request, read, state, key, Timeout, null, cancellationToken);

    /// <summary>Makes a call with one request, one reply and additional settings.</summary>
    public ValueTask<TReply> CallAsync<TReply>(
        GrpcMethod method, MessageFrame request, Func<CallExtras, Reply, TReply> read, CallExtras extras, CancellationToken cancellationToken) => CallAsync(
            extras.Endpoint, AttemptsOf(method, extras), method, request, read, extras, key: null, extras.Timeout ?? Timeout, extras, cancellationToken);

    /// <summary>Makes a call to one endpoint, without retrying it; but a refused token is renewed.</summary>
    /// <param name="endpoint">One of <see cref="Endpoints"/>.</param>
    /// <param name="method">The method.</param>
    /// <param name="request">The framed request; this call returns its buffer to the pool.</param>
    /// <param name="read">Converts the reply, which is not valid afterwards, to the result.</param>
    /// <param name="timeout">The longest duration of the call.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public ValueTask<TReply> AskAsync<TReply>(
        ConnectedEndpoint endpoint, GrpcMethod method, MessageFrame request, Func<Reply, TReply> read, TimeSpan timeout, CancellationToken cancellationToken) => CallAsync(
            endpoint,
            new Attempts(readOnly: false, endpoints: 1, timeout),
            method,
            request,
            static (read, reply) => read(reply),
            read,
            key: null,
            timeout,
            null,
            cancellationToken);

    /// <summary>Opens a stream with its first request, and keeps it open for replies.</summary>
    /// <param name="method">The method.</param>
    /// <param name="request">The framed request; its buffer is returned when the stream is closed, because a server may answer before it has read the whole
    /// request.</param>
    /// <param name="key">The key of the call, for errors.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public ValueTask<EtcdStream> OpenStreamAsync(GrpcMethod method, MessageFrame request, string? key, CancellationToken cancellationToken) =>
        OpenStreamAsync(method, request, StreamKind.OpenRequest, key, null, cancellationToken);

    /// <summary>Opens a stream with additional settings.</summary>
    /// <param name="method">The method.</param>
    /// <param name="request">As in the other overload; the default for a request whose messages are all written later.</param>
    /// <param name="kind">The kind of request.</param>
    /// <param name="extras">The additional settings.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public ValueTask<EtcdStream> OpenStreamAsync(
        GrpcMethod method, MessageFrame request, StreamKind kind, CallExtras extras, CancellationToken cancellationToken) =>
        OpenStreamAsync(method, request, kind, null, extras, cancellationToken);

    /// <summary>Opens a RangeStream at an endpoint whose connection has answered in the history to be read: pairs come before the header that names the history.</summary>
    /// <param name="history">The history.</param>
    /// <param name="request">Makes the framed request.</param>
    /// <param name="state">Passed on to <paramref name="request"/>.</param>
    /// <param name="key">The key that the call is about, for errors.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    /// <returns>The stream with its first reply; null if no endpoint suits, or if the call failed: then a Range call reports why.</returns>
    public async ValueTask<EtcdStream?> TryOpenRangeStreamAsync<TState>(
        long history, Func<TState, MessageFrame> request, TState state, string key, CancellationToken cancellationToken)
    {
        if (_endpoints.Next(static (e, history) => e.Traits is { MayStreamRanges: true } t && t.History == history, history) is not { } endpoint
            || endpoint.Traits is not { } traits
            || !traits.TryBeginRangeStream())
        {
            return null;
        }

        var extras = new CallExtras([], endpoint, Timeout: null);
        bool? isKnown = null;
        try
        {
            var stream = await OpenStreamAsync(EtcdMethods.RangeStream, request(state), StreamKind.WholeRequest, key, extras, cancellationToken).ConfigureAwait(false);
            isKnown = true;
            return stream;
        }
        catch (KvException e) when (e is not KvStoreClosedException)
        {
            isKnown = extras.Status?.Code == GrpcCode.Unimplemented ? false : null;
            return null;
        }
        finally
        {
            traits.RangeStreamBegan(isKnown);
        }
    }

    /// <summary>Records the version of an endpoint's server.</summary>
    /// <param name="endpoint">Its name.</param>
    /// <param name="version">The version as the server reports it.</param>
    public void Learn(string endpoint, string version)
    {
        foreach (var known in _endpoints.All.Where(e => e.Name == endpoint))
        {
            known.Traits?.HasVersion(version);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CloseAsync().ConfigureAwait(false);
        foreach (var endpoint in _endpoints.All)
        {
            endpoint.Dispose();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TReply> CallAsync<TState, TReply>(
        ConnectedEndpoint? only,
        Attempts attempts,
        GrpcMethod method,
        MessageFrame request,
        Func<TState, Reply, TReply> read,
        TState state,
        string? key,
        TimeSpan timeout,
        CallExtras? extras,
        CancellationToken cancellationToken)
    {
        var observed = CallTelemetry.Begin(EtcdSystem.Instance, method.Name, key);
        try
        {
            while (true)
            {
                var endpoint = only ?? _endpoints.Next();
                var deadline = Deadline.Start(attempts.NextTimeout(), cancellationToken, _end.Closing);
                var call = new GrpcCall(MaxReplyLength, single: true, extras?.BeginAttempt());
                CancellationTokenRegistration cancel = default;
                HeaderField[]? token = null;
                try
                {
                    if (_signIn is not null && method != EtcdMethods.Authenticate)
                    {
                        token = await _signIn.GetTokenAsync(deadline.Token).ConfigureAwait(false);
                    }

                    observed?.BeginAttempt(endpoint.Name);
                    var mark = _history.MarkOf(endpoint);
                    await StartAsync(endpoint, call, method, extras?.With(token) ?? token, request.Memory, end: true, deadline.Token).ConfigureAwait(false);
                    cancel = deadline.Token.UnsafeRegister(static c => ((GrpcCall)c!).Cancel(), call);
                    await call.ReadyAsync().ConfigureAwait(false);
                    var message = call.TakeOnly();

                    // Only replies to the store's own calls are known to begin with a header.
                    var history = extras is null ? Observe(endpoint, call, mark, ReplyHeader.OfReply(message.Span)) : mark.History;
                    var reply = read(state, new Reply(call, message, endpoint.Name, history));
                    endpoint.Succeeded();
                    observed?.Succeeded();
                    return reply;
                }
                catch (Exception e)
                {
                    extras?.Failed(e);
                    var scope = new CallScope(_end, endpoint, method, key, timeout, cancellationToken);
                    await RetryOrThrowAsync(e, attempts, scope, call.IsStarted, new CallToken(_signIn, token), observed).ConfigureAwait(false);
                }
                finally
                {
                    cancel.Dispose();
                    call.Release();
                    deadline.End();
                }
            }
        }
        finally
        {
            request.Return();
            observed?.End();
        }
    }

    private async ValueTask<EtcdStream> OpenStreamAsync(
        GrpcMethod method, MessageFrame request, StreamKind kind, string? key, CallExtras? extras, CancellationToken cancellationToken)
    {
        var attempts = AttemptsOf(method, extras);
        var observed = CallTelemetry.Begin(EtcdSystem.Instance, method.Name, key);
        var isHandedOn = false;
        try
        {
            while (true)
            {
                var endpoint = extras?.Endpoint ?? _endpoints.Next();
                var scope = new CallScope(_end, endpoint, method, key, extras?.Timeout ?? Timeout, cancellationToken);
                var deadline = Deadline.Start(attempts.NextTimeout(), cancellationToken, _end.Closing);
                var call = new GrpcCall(method == EtcdMethods.RangeStream ? MaxReplyLength : MaxStreamMessageLength, single: false, extras?.BeginAttempt());
                EtcdStream? opened = null;
                var token = new CallToken(_signIn, null);
                try
                {
                    if (_signIn is not null)
                    {
                        token = new CallToken(_signIn, await _signIn.GetTokenAsync(deadline.Token).ConfigureAwait(false));
                    }

                    observed?.BeginAttempt(endpoint.Name);
                    var mark = _history.MarkOf(endpoint);
                    var isWhole = kind == StreamKind.WholeRequest;
                    await StartAsync(endpoint, call, method, extras?.With(token.Fields) ?? token.Fields, request.Memory, end: isWhole, deadline.Token).ConfigureAwait(false);
                    opened = new EtcdStream(scope, call, deadline, token, _history, mark);
                    if (kind != StreamKind.RequestToCome)
                    {
                        await opened.WaitForFirstAsync(mayBeEmpty: isWhole).ConfigureAwait(false);
                    }

                    // From here on the stream runs as long as its reader needs, or until its own timeout.
                    attempts.LetRun(deadline, isBounded: extras?.Timeout is not null);
                    endpoint.Succeeded();
                    observed?.Succeeded();
                    opened.Own(request);
                    isHandedOn = true;
                    return opened;
                }
                catch (Exception e)
                {
                    extras?.Failed(e);
                    if (opened is null)
                    {
                        deadline.End();
                    }
                    else
                    {
                        await opened.DisposeAsync().ConfigureAwait(false);
                    }

                    await RetryOrThrowAsync(e, attempts, scope, call.IsStarted, token, observed).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            if (!isHandedOn)
            {
                request.Return();
            }

            observed?.End();
        }
    }

    /// <summary>Starts a call on the endpoint's connection, or on a new one if the last has ended or is about to end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask StartAsync(
        ConnectedEndpoint endpoint,
        GrpcCall call,
        GrpcMethod method,
        HeaderField[]? fields,
        ReadOnlyMemory<byte> messages,
        bool end,
        CancellationToken cancellationToken)
    {
        var closed = 0;
        while (closed < MostClosedAtOnce)
        {
            var connection = await endpoint.ConnectAsync(cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            var result = call.TryStart(connection, method, fields, messages, end);
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

        throw new Http2ConnectionLostException("The server closes connections before it accepts a call.", notSent: true);
    }

    private async ValueTask RetryOrThrowAsync(Exception e, Attempts attempts, CallScope scope, bool isStarted, CallToken token, ObservedCall? observed)
    {
        if (_end.ErrorOf(e, scope.Caller) is { } ended)
        {
            observed?.Failed(ended);
            throw ended;
        }

        var failure = scope.FailureOf(e, isStarted);
        observed?.Failed(failure.Error, (int?)(e as GrpcException)?.Status.Code);
        if (failure.TokenRefused && attempts.MayRenewToken() && token.Forget())
        {
            await attempts.PauseForTokenAsync(scope.Caller).ConfigureAwait(false);
            return;
        }

        if (!attempts.MayTryAgain(failure))
        {
            throw attempts.ErrorOf(failure);
        }

        await attempts.PauseAsync(scope.Caller).ConfigureAwait(false);
    }

    private long Observe(ConnectedEndpoint endpoint, GrpcCall call, in HistoryMark mark, in ReplyHeader header)
    {
        var history = _history.Observe(endpoint, mark, header);
        if (header.ClusterId != 0)
        {
            endpoint.Answered(call.Connection!, history);
        }

        return history;
    }

    private Attempts AttemptsOf(GrpcMethod method, CallExtras? extras) =>
        new(method.IsRepeatable && extras?.Endpoint is null, extras?.Endpoint is null ? _endpoints.Count : 1, extras?.Timeout ?? Timeout);

    private async Task<string?> AuthenticateAsync(KvCredential credential)
    {
        var request = new AuthenticateRequest { Name = credential.UserName, Password = credential.GetPassword() };
        try
        {
            return await CallAsync(
                EtcdMethods.Authenticate,
                MessageFrame.Of(request),
                static (_, reply) => AuthenticateResponse.Parser.ParseFrom(reply.Span).Token,
                0,
                null,
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (KvException e) when (e.Message.Contains(AuthIsOff, StringComparison.Ordinal))
        {
            return null;
        }
    }
}
