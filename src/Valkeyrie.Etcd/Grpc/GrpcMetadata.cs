using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Grpc;

/// <summary>The metadata of a reply: its headers and trailers without those that gRPC itself uses. Kept only on request.</summary>
internal sealed class GrpcMetadata
{
    private static readonly HashSet<string> OwnFields = ["content-type", "grpc-status", "grpc-message", "grpc-encoding", "grpc-accept-encoding"];

    private readonly TaskCompletionSource<IReadOnlyList<KeyValuePair<string, string>>> _headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IReadOnlyList<KeyValuePair<string, string>> _trailers = [];

    /// <summary>The metadata before the first message. Completes when it has arrived; empty if the call ends without metadata.</summary>
    public Task<IReadOnlyList<KeyValuePair<string, string>>> Headers => _headers.Task;

    /// <summary>The metadata after the last message; empty until the call has ended.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Trailers => _trailers;

    public void ReadHeaders(HeaderList fields) => _headers.TrySetResult(Read(fields));

    public void ReadTrailers(HeaderList fields)
    {
        _trailers = Read(fields);
        End();
    }

    /// <summary>Completes the metadata at the end of the call.</summary>
    public void End() => _headers.TrySetResult([]);

    private static List<KeyValuePair<string, string>> Read(HeaderList fields)
    {
        var read = new List<KeyValuePair<string, string>>(fields.Count);
        for (var i = 0; i < fields.Count; i++)
        {
            var (name, value) = fields[i];
            if (!name.StartsWith(':') && !OwnFields.Contains(name))
            {
                read.Add(new(name, value));
            }
        }

        return read;
    }
}
