using System.Runtime.CompilerServices;
using System.Text;
using Valkeyrie.Engine.Http;
using Valkeyrie.Engine.Telemetry;
using Valkeyrie.Etcd.Cluster;

namespace Valkeyrie.Etcd.V2;

/// <summary>Makes calls of the keys API to a cluster: chooses an endpoint, enforces the deadline, retries if that is safe, and reports every failure as a
/// <see cref="KvException"/>. A refusal that answers the request (no such key, another index) is a reply, not a failure.</summary>
internal sealed class KeysChannel : IAsyncDisposable
{
    // etcd distinguishes API 2 from gRPC by the first line of a connection's first request, of which it reads 4096 bytes.
    private const int MaxTargetLength = 4_000;

    private readonly EndpointSet<HttpEndpoint> _endpoints;
    private readonly CallEnd _end;
    private volatile bool _credentialAccepted;

    public KeysChannel(IReadOnlyList<Uri> endpoints, KvStoreOptions options, KvStoreInfo info)
    {
        _endpoints = new EndpointSet<HttpEndpoint>([.. endpoints.Select(e => new HttpEndpoint(e))]);
        _end = new CallEnd(info.Address);
        Http = HttpConnections.CreateHttp11(options.Tls ?? new KvTlsOptions(), ConnectTimeouts.Of(options.Timeout, endpoints.Count));
        Timeout = options.Timeout;
        Info = info;
        Authorization = options.Credential is { } credential
            ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.GetPassword()}"))
            : null;
    }

    public KvStoreInfo Info { get; }

    public TimeSpan Timeout { get; }

    public HttpMessageInvoker Http { get; }

    /// <summary>The header with the credential; null without one.</summary>
    public string? Authorization { get; }

    /// <summary>True after the server has answered a request of this user: later refusals concern permissions.</summary>
    public bool CredentialAccepted
    {
        get => _credentialAccepted;
        set => _credentialAccepted = value;
    }

    /// <summary>Makes a call.</summary>
    /// <param name="call">The request.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public ValueTask<KeysReply> CallAsync(KeysCall call, CancellationToken cancellationToken) =>
        AttemptAsync(call, static (attempt, _) => attempt.ReadReplyAsync(new ReplyParser()), 0, cancellationToken);

    /// <summary>Begins to read a tree; its keys arrive as the reader requests them.</summary>
    /// <returns>The tree's reply, or the reason for its absence.</returns>
    public ValueTask<TreeReply> OpenTreeAsync(KeysCall call, KeyTree tree, bool keysOnly, CancellationToken cancellationToken, bool directories = false, bool hideLocks = false) =>
        AttemptAsync(
            call,
            static (attempt, state) => attempt.BeginTreeAsync(state.tree, state.keysOnly, state.directories, state.hideLocks),
            (tree, keysOnly, directories, hideLocks),
            cancellationToken);

    /// <summary>Waits for the next change, without a deadline once the server has started to wait.</summary>
    /// <param name="call">The request.</param>
    /// <param name="history">The followed history; notified when the server has started to wait.</param>
    /// <param name="reached">The index that the history has reached.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    /// <returns>The change; a reply without a node if the server ended the wait without a change.</returns>
    public ValueTask<KeysReply> WaitAsync(KeysCall call, FollowedHistory history, long reached, CancellationToken cancellationToken) =>
        AttemptAsync(call, static (attempt, state) => attempt.ReadChangeAsync(state.history, state.reached), (history, reached), cancellationToken);

    /// <summary>Reads the version and the newest index of an endpoint.</summary>
    public ValueTask<KvServerStatus> StatusAsync(string path, CancellationToken cancellationToken) => AttemptAsync(
        new KeysCall(HttpMethod.Head, KeyPaths.EscapeDirectory(path), path),
        static (attempt, _) => attempt.ReadStatusAsync(),
        0,
        cancellationToken);

    /// <summary>The endpoints, in the order of the address.</summary>
    public IReadOnlyList<HttpEndpoint> Endpoints => _endpoints.All;

    /// <summary>Makes a call to one endpoint, without retrying it.</summary>
    /// <param name="endpoint">One of <see cref="Endpoints"/>.</param>
    /// <param name="call">The request.</param>
    /// <param name="read">Reads the reply.</param>
    /// <param name="timeout">The longest duration of the call.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public ValueTask<T> AskAsync<T>(
        HttpEndpoint endpoint, KeysCall call, Func<KeysAttempt, ValueTask<T>> read, TimeSpan timeout, CancellationToken cancellationToken) => AttemptAsync(
            endpoint, new Attempts(readOnly: false, endpoints: 1, timeout), timeout, call, static (attempt, read) => read(attempt), read, cancellationToken);

    /// <summary>Reads only the version of an endpoint, which needs no permission.</summary>
    public ValueTask<string> VersionAsync(CancellationToken cancellationToken) => AttemptAsync(
        new KeysCall(HttpMethod.Get, KeysAttempt.VersionTarget, null), static (attempt, _) => attempt.ReadVersionAsync(), 0, cancellationToken);

    /// <summary>Converts a failure while reading an open reply to the caller's error.</summary>
    public Exception FailureOf(Exception e, HttpEndpoint endpoint, string? key, CancellationToken cancellationToken)
    {
        if (_end.ErrorOf(e, cancellationToken) is { } ended)
        {
            return ended;
        }

        var failure = FailureOf(e, new FailedCall(Failure.Spoken, endpoint.Name, key, ReadOnly: true) { Timeout = Timeout, TimedOut = _end.IsTimeout(e, cancellationToken) });
        if (failure.EndpointFailed)
        {
            endpoint.Failed();
        }

        return failure.Error;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CloseAsync().ConfigureAwait(false);
        Http.Dispose();
    }

    private ValueTask<T> AttemptAsync<TState, T>(
        KeysCall call, Func<KeysAttempt, TState, ValueTask<T>> read, TState state, CancellationToken cancellationToken) =>
        AttemptAsync(null, new Attempts(call.ReadOnly, _endpoints.Count, Timeout), Timeout, call, read, state, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> AttemptAsync<TState, T>(
        HttpEndpoint? only,
        Attempts attempts,
        TimeSpan timeout,
        KeysCall call,
        Func<KeysAttempt, TState, ValueTask<T>> read,
        TState state,
        CancellationToken cancellationToken)
    {
        if (call.Target.Length > MaxTargetLength)
        {
            throw new KvInvalidArgumentException(
                $"The key takes {call.Target.Length} characters of a URL, more than the {MaxTargetLength} that etcd's API 2 reliably reads.") { Key = call.Key };
        }

        var observed = CallTelemetry.IsObserved ? CallTelemetry.Begin(EtcdSystem.Instance, call.Operation, call.Key) : null;
        try
        {
            while (true)
            {
                var endpoint = only ?? _endpoints.Next();
                observed?.BeginAttempt(endpoint.Name);
                var attempt = new KeysAttempt(this, endpoint, call, Deadline.Start(attempts.NextTimeout(), cancellationToken, _end.Closing), cancellationToken);
                try
                {
                    await attempt.SendAsync().ConfigureAwait(false);
                    var reply = await read(attempt, state).ConfigureAwait(false);
                    endpoint.Succeeded();
                    observed?.Succeeded();
                    return reply;
                }
                catch (Exception e)
                {
                    if (_end.ErrorOf(e, cancellationToken) is { } ended)
                    {
                        observed?.Failed(ended);
                        throw ended;
                    }

                    var failure = FailureOf(e, new FailedCall(Failure.Spoken, endpoint.Name, call.Key, call.ReadOnly)
                    {
                        Timeout = timeout,
                        TimedOut = _end.IsTimeout(e, cancellationToken),

                        // No server can have acted on a request whose body was not started.
                        Unsent = attempt.IsUnsent,
                    });
                    observed?.Failed(failure.Error, attempt.RefusedStatus);
                    if (failure.EndpointFailed)
                    {
                        endpoint.Failed();
                    }

                    if (!attempts.MayTryAgain(failure))
                    {
                        throw attempts.ErrorOf(failure);
                    }

                    await attempts.PauseAsync(cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    if (!attempt.IsHandedOn)
                    {
                        attempt.Dispose();
                    }
                }
            }
        }
        finally
        {
            observed?.End();
        }
    }

    private Failure FailureOf(Exception e, FailedCall call)
    {
        var failure = e switch
        {
            KeysRefusedException refused => refused.ToFailure(call, Info, _credentialAccepted),
            _ when CallFailure.Cause<ConnectException>(e) is { } connect => Failure.Of(connect, call),
            _ when CallFailure.Cause<TimeoutException>(e) is { } timeout => Failure.Of(timeout, call),
            HttpRequestException { HttpRequestError: not (HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded) } =>
                Failure.Of(new IOException(e.Message, e), call),
            HttpRequestException or HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse } =>
                Failure.Of(new KeysProtocolException(Sentence(e), e), call),
            _ => Failure.Of(e, call),
        };
        return call.Unsent ? failure with { NotSent = true } : failure;
    }

    private static string Sentence(Exception e) => (e.InnerException?.Message ?? e.Message).TrimEnd('.') + ".";
}
