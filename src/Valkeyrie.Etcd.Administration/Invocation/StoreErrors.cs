using Grpc.Core;
using Valkeyrie.Etcd.Engine;

namespace Valkeyrie.Etcd.Administration.Invocation;

/// <summary>Converts the exception of a stub back to the store's error.</summary>
internal static class StoreErrors
{
    /// <summary>Awaits the reply of a call.</summary>
    /// <exception cref="KvException">The call failed.</exception>
    public static async ValueTask<T> ReplyAsync<T>(this AsyncUnaryCall<T> call)
    {
        try
        {
            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException e) when (e.Status.DebugException is EtcdCallException { Error: var error })
        {
            throw Of(error, e.StatusCode);
        }
    }

    /// <summary>Waits for the next reply of a stream.</summary>
    /// <exception cref="KvException">The call failed.</exception>
    public static async ValueTask<bool> NextAsync<T>(this IAsyncStreamReader<T> replies, CancellationToken cancellationToken)
    {
        try
        {
            return await replies.MoveNext(cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException e) when (e.Status.DebugException is EtcdCallException { Error: var error })
        {
            throw Of(error, e.StatusCode);
        }
    }

    // An older server does not have the method.
    private static KvException Of(KvException error, StatusCode status) => status == StatusCode.Unimplemented
        ? new KvException(KvErrorCode.NotSupported, $"The version of etcd at {error.Endpoint} does not support this. {error.Message}", error) { Endpoint = error.Endpoint }
        : error;
}
