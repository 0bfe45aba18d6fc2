using Valkeyrie.Etcd.Grpc;

namespace Valkeyrie.Etcd.Calls;

/// <summary>The message of a reply and the endpoint that sent it.</summary>
internal readonly struct Reply(GrpcCall call, ReadOnlyMemory<byte> message, string endpoint, long history)
{
    /// <summary>The message, valid until the call that read it returns, unless it is kept.</summary>
    public ReadOnlyMemory<byte> Message => message;

    public ReadOnlySpan<byte> Span => message.Span;

    public string Endpoint => endpoint;

    /// <summary>The history of the answer; see <see cref="ClusterHistory"/>.</summary>
    public long History => history;

    /// <summary>A message within the message, in the same buffer.</summary>
    public Reply Within(ReadOnlyMemory<byte> inner) => new(call, inner, endpoint, history);

    /// <summary>Keeps the message: the caller now owns its pooled buffer.</summary>
    public byte[] Keep() => call.Detach();
}
