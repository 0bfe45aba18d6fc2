using Grpc.Core;
using Valkeyrie.Etcd.Engine;

namespace Valkeyrie.Etcd.Administration.Invocation;

/// <summary>The result of a call in gRPC's terms, for the object that a stub returns.</summary>
internal sealed class CallResult
{
    private readonly TaskCompletionSource<Metadata> _headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Status? _status;
    private Metadata? _trailers;

    public Task<Metadata> Headers => _headers.Task;

    public Status Status => _status ?? throw new InvalidOperationException("The status is available only after the call has ended.");

    public Metadata Trailers => _trailers ?? throw new InvalidOperationException("The trailers are available only after the call has ended.");

    public void Succeed(IReadOnlyList<KeyValuePair<string, string>> headers, IReadOnlyList<KeyValuePair<string, string>> trailers)
    {
        _headers.TrySetResult(MetadataOf(headers));
        End(Status.DefaultSuccess, trailers);
    }

    public void Begin(IReadOnlyList<KeyValuePair<string, string>> headers) => _headers.TrySetResult(MetadataOf(headers));

    /// <summary>Converts a failure to the exception that stubs throw, with the store's error as the status's exception.</summary>
    public RpcException Fail(EtcdCallException error)
    {
        End(new Status((StatusCode)error.StatusCode, error.Detail, error), error.Trailers);
        _headers.TrySetResult([]);
        return new RpcException(Status, Trailers);
    }

    public static Metadata MetadataOf(IEnumerable<KeyValuePair<string, string>> fields)
    {
        var metadata = new Metadata();
        foreach (var (name, value) in fields)
        {
            if (name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal))
            {
                metadata.Add(name, Convert.FromBase64String(value.PadRight(value.Length + (4 - value.Length % 4) % 4, '=')));
            }
            else
            {
                metadata.Add(name, value);
            }
        }

        return metadata;
    }

    private void End(Status status, IReadOnlyList<KeyValuePair<string, string>> trailers)
    {
        _status = status;
        _trailers = MetadataOf(trailers);
    }
}
