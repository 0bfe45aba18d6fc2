using System.Runtime.CompilerServices;
using Valkeyrie.Engine.Telemetry;

namespace Valkeyrie.Engine.Http;

/// <summary>Calls of a protocol over HTTP/1.1: picks an endpoint, holds the deadline, sends again where that is safe, and tells every failure as a
/// <see cref="KvException"/>.</summary>
public sealed class HttpChannel : IAsyncDisposable
{
    private readonly EndpointSet<HttpEndpoint> _endpoints;
    private readonly CallEnd _end;

    /// <summary>Prepares the channel. Connections are made with the first call.</summary>
    /// <param name="protocol">What is spoken.</param>
    /// <param name="endpoints">The endpoints' URLs.</param>
    /// <param name="options">Certificates and timeout.</param>
    /// <param name="address">The store, as errors name it.</param>
    public HttpChannel(HttpProtocol protocol, IReadOnlyList<Uri> endpoints, KvStoreOptions options, string address)
    {
        ArgumentNullException.ThrowIfNull(options);
        Protocol = protocol;
        Timeout = options.Timeout;
        _end = new CallEnd(address);
        _endpoints = new EndpointSet<HttpEndpoint>([.. endpoints.Select(address => new HttpEndpoint(address))]);
        Http = HttpConnections.CreateHttp11(options.Tls ?? new KvTlsOptions(), ConnectTimeouts.Of(options.Timeout, _endpoints.Count));
    }

    /// <summary>The longest that one round trip may take.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>The endpoints, in the order in which they were specified.</summary>
    public IReadOnlyList<HttpEndpoint> Endpoints => _endpoints.All;

    internal HttpProtocol Protocol { get; }

    internal HttpMessageInvoker Http { get; }

    /// <summary>Makes a call.</summary>
    /// <param name="call">The request.</param>
    /// <param name="read">Reads the answer.</param>
    /// <param name="state">Handed to <paramref name="read"/>.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public ValueTask<T> CallAsync<TState, T>(
        HttpCall call, Func<HttpAttempt, TState, ValueTask<T>> read, TState state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(read);
        return AttemptAsync(null, new CallAttempts(call.ReadOnly, _endpoints.Count, Timeout), Timeout, call, read, state, cancellationToken);
    }

    /// <summary>Makes a call to one endpoint and no other. It is not sent again if it fails.</summary>
    /// <param name="endpoint">One of <see cref="Endpoints"/>.</param>
    /// <param name="call">The request.</param>
    /// <param name="read">Reads the answer.</param>
    /// <param name="timeout">How long the call may take.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public ValueTask<T> AskAsync<T>(
        HttpEndpoint endpoint, HttpCall call, Func<HttpAttempt, ValueTask<T>> read, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(read);
        return AttemptAsync(endpoint, new CallAttempts(readOnly: false, endpoints: 1, timeout), timeout, call, static (attempt, read) => read(attempt), read, cancellationToken);
    }

    /// <summary>Ends what is under way and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CloseAsync().ConfigureAwait(false);
        Http.Dispose();
    }

    /// <summary>What a failure within an answer that was handed on is to its caller.</summary>
    internal Exception FailureOf(Exception e, HttpEndpoint endpoint, string? key, CancellationToken cancellationToken)
    {
        if (_end.ErrorOf(e, cancellationToken) is { } ended)
        {
            return ended;
        }

        var failure = FailureOf(e, new FailedCall(Protocol.Name, endpoint.Name, key, ReadOnly: true) { Timeout = Timeout, TimedOut = _end.IsTimeout(e, cancellationToken) });
        if (failure.EndpointFailed)
        {
            endpoint.Failed();
        }

        return failure.Error;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> AttemptAsync<TState, T>(
        HttpEndpoint? only,
        CallAttempts attempts,
        TimeSpan timeout,
        HttpCall call,
        Func<HttpAttempt, TState, ValueTask<T>> read,
        TState state,
        CancellationToken cancellationToken)
    {
        var observed = CallTelemetry.IsObserved ? CallTelemetry.Begin(Protocol.System, Protocol.OperationOf(call), call.Key) : null;
        try
        {
            while (true)
            {
                var endpoint = only ?? _endpoints.Next();
                observed?.BeginAttempt(endpoint.Name);
                var attempt = new HttpAttempt(
                    this, endpoint, call, Deadline.Start(attempts.NextTimeout() + call.Wait, cancellationToken, _end.Closing), cancellationToken);
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

                    var failure = FailureOf(e, new FailedCall(Protocol.Name, endpoint.Name, call.Key, call.ReadOnly)
                    {
                        Timeout = timeout + call.Wait,
                        TimedOut = _end.IsTimeout(e, cancellationToken),

                        // A request whose body was never begun cannot have been acted on.
                        Unsent = attempt.IsUnsent,
                    });
                    observed?.Failed(failure.Error, attempt.RefusedStatus);
                    if (failure.EndpointFailed)
                    {
                        endpoint.Failed();
                    }

                    if (call.Once || !attempts.MayTryAgain(failure))
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

    private CallFailure FailureOf(Exception e, FailedCall call)
    {
        var failure = Protocol.FailureOf(e, call) ?? CallFailure.Of(e, call);
        return call.Unsent ? failure with { NotSent = true } : failure;
    }
}
