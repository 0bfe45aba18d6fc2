using System.Net;

namespace Valkeyrie.Engine.Http;

/// <summary>The body of a request. Every write has one, even an empty one: the platform automatically resends a request without a body when its connection
/// breaks, but only this library may decide whether to resend a write.</summary>
/// <param name="bytes">The bytes.</param>
public sealed class HttpBody(ReadOnlyMemory<byte> bytes) : HttpContent
{
    /// <summary>True after the transport started to send the body. Before that, the server has no complete request to act on.</summary>
    public bool IsBegun { get; private set; }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        IsBegun = true;
        return stream.WriteAsync(bytes, cancellationToken).AsTask();
    }
}
