using Grpc.Core;
using Valkeyrie.Etcd.Engine;

namespace Valkeyrie.Etcd.Administration.Invocation;

/// <summary>Lets generated stubs make their calls over the connections of an open store.</summary>
/// <param name="calls">The store's calls.</param>
/// <param name="endpoint">The only endpoint to call; null for any healthy one.</param>
/// <param name="isRepeatable">True if a call with an unknown outcome can be repeated safely.</param>
/// <param name="timeout">The longest duration of a call; null for the store's timeout.</param>
internal sealed class StoreCallInvoker(IEtcdCalls calls, string? endpoint, bool isRepeatable, TimeSpan? timeout = null) : CallInvoker
{
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var result = new CallResult();
        return new(CallAsync(), result.Headers, () => result.Status, () => result.Trailers, () => { });

        async Task<TResponse> CallAsync()
        {
            try
            {
                var reply = await calls.CallAsync(method.FullName, method.RequestMarshaller.Encode(request), OptionsOf(options), options.CancellationToken).ConfigureAwait(false);
                result.Succeed(reply.Headers, reply.Trailers);
                return method.ResponseMarshaller.Decode(reply.Message);
            }
            catch (EtcdCallException e)
            {
                throw result.Fail(e);
            }
        }
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        AsyncUnaryCall(method, host, options, request).ResponseAsync.GetAwaiter().GetResult();

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var result = new CallResult();
        var opened = calls.OpenAsync(method.FullName, method.RequestMarshaller.Encode(request), OptionsOf(options), options.CancellationToken).AsTask();
        var reader = new ReplyReader<TResponse>(opened, method.ResponseMarshaller, result);
        return new(reader, result.Headers, () => result.Status, () => result.Trailers, reader.Dispose);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var result = new CallResult();
        var opened = calls.OpenAsync(method.FullName, OptionsOf(options), options.CancellationToken).AsTask();
        var reader = new ReplyReader<TResponse>(opened, method.ResponseMarshaller, result);
        return new(new RequestWriter<TRequest>(opened, method.RequestMarshaller), reader, result.Headers, () => result.Status, () => result.Trailers, reader.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var result = new CallResult();
        var opened = calls.OpenAsync(method.FullName, OptionsOf(options), options.CancellationToken).AsTask();
        var reader = new ReplyReader<TResponse>(opened, method.ResponseMarshaller, result);
        return new(new RequestWriter<TRequest>(opened, method.RequestMarshaller), OnlyReplyAsync(), result.Headers, () => result.Status, () => result.Trailers, reader.Dispose);

        async Task<TResponse> OnlyReplyAsync() => await reader.MoveNext(options.CancellationToken).ConfigureAwait(false)
            ? reader.Current
            : throw new RpcException(new Status(StatusCode.Internal, "The call ended without a reply."));
    }

    private EtcdCallOptions OptionsOf(CallOptions options) => new()
    {
        Endpoint = endpoint,
        IsRepeatable = isRepeatable,
        Timeout = options.Deadline is { } deadline ? deadline - DateTime.UtcNow : timeout,
        Metadata = [.. (options.Headers ?? []).Select(entry => KeyValuePair.Create(entry.Key, entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes) : entry.Value))],
    };

    /// <summary>Reads the replies of a stream.</summary>
    private sealed class ReplyReader<T>(Task<EtcdOpenCall> opened, Marshaller<T> marshaller, CallResult result) : IAsyncStreamReader<T>
    {
        private T? _current;

        public T Current => _current ?? throw new InvalidOperationException("There is no current reply.");

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            try
            {
                var call = await opened.WaitAsync(cancellationToken).ConfigureAwait(false);
                var message = await call.ReadAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
                if (message is { } bytes)
                {
                    result.Begin(call.Headers.IsCompletedSuccessfully ? call.Headers.Result : []);
                    _current = marshaller.Decode(bytes);
                    return true;
                }

                result.Succeed(await call.Headers.ConfigureAwait(false), call.Trailers);
                return false;
            }
            catch (EtcdCallException e)
            {
                throw result.Fail(e);
            }
        }

        public void Dispose() => _ = DisposeAsync();

        private async Task DisposeAsync()
        {
            await ((Task)opened).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (opened.IsCompletedSuccessfully)
            {
                await opened.Result.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Writes the requests of a stream.</summary>
    private sealed class RequestWriter<T>(Task<EtcdOpenCall> opened, Marshaller<T> marshaller) : IClientStreamWriter<T>
    {
        public WriteOptions? WriteOptions { get; set; }

        public async Task WriteAsync(T message) => await (await opened.ConfigureAwait(false)).WriteAsync(marshaller.Encode(message)).ConfigureAwait(false);

        public async Task CompleteAsync() => await (await opened.ConfigureAwait(false)).CompleteAsync().ConfigureAwait(false);
    }
}
