using System.Runtime.CompilerServices;
using Valkeyrie.Engine.Telemetry;

namespace Valkeyrie.Engine.Http;

/// <summary>Makes calls of a protocol over HTTP/1.1: chooses an endpoint, enforces the deadline, retries if that is safe, and reports every failure as a
/// <see cref="KvException"/>.</summary>
public sealed class HttpChannel : IAsyncDisposable
{
    private readonly EndpointSet<HttpEndpoint> _endpoints;
    private readonly CallEnd _end;

    /// <summary>Creates the channel. It connects at the first call.</summary>
    /// <param name="protocol">The protocol.</param>
    /// <param name="endpoints">The endpoints' URLs.</param>
    /// <param name="options">Certificates and timeout.</param>
    /// <param name="address">The store, for error messages.</param>
    public HttpChannel(HttpProtocol protocol, IReadOnlyList<Uri> endpoints, KvStoreOptions options, string address)
    {
        ArgumentNullException.ThrowIfNull(options);
        Protocol = protocol;
        Timeout = options.Timeout;
        _end = new CallEnd(address);
        _endpoints = new EndpointSet<HttpEndpoint>([.. endpoints.Select(address => new HttpEndpoint(address))]);
        Http = HttpConnections.CreateHttp11(options.Tls ?? new KvTlsOptions(), ConnectTimeouts.Of(options.Timeout, _endpoints.Count));
    }

    /// <summary>The longest duration of one round trip.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>The endpoints, in the specified order.</summary>
    public IReadOnlyList<HttpEndpoint> Endpoints => _endpoints.All;

    internal HttpProtocol Protocol { get; }

    internal HttpMessageInvoker Http { get; }

    /// <summary>Makes a call.</summary>
    /// <param name="call">The request.</param>
    /// <param name="read">Reads the response.</param>
    /// <param name="state">The argument of <paramref name="read"/>.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public ValueTask<T> CallAsync<TState, T>(
        HttpCall call, Func<HttpAttempt, TState, ValueTask<T>> read, TState state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(read);
        return AttemptAsync(null, new CallAttempts(call.ReadOnly, _endpoints.Count, Timeout), Timeout, call, read, state, cancellationToken);
    }

    /// <summary>Makes a call to one endpoint, without retrying it.</summary>
    /// <param name="endpoint">One of <see cref="Endpoints"/>.</param>
    /// <param name="call">The request.</param>
    /// <param name="read">Reads the response.</param>
    /// <param name="timeout">The longest duration of the call.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public ValueTask<T> AskAsync<T>(
        HttpEndpoint endpoint, HttpCall call, Func<HttpAttempt, ValueTask<T>> read, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(read);
        return AttemptAsync(endpoint, new CallAttempts(readOnly: false, endpoints: 1, timeout), timeout, call, static (attempt, read) => read(attempt), read, cancellationToken);
    }

    /// <summary>Ends the calls under way and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CloseAsync().ConfigureAwait(false);
        Http.Dispose();
    }

    /// <summary>Converts a failure while reading a transferred response to the caller's error.</summary>
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

                        // No server can have acted on a request whose body was not started.
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
