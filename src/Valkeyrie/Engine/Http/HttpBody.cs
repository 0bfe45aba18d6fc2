using System.Net;

namespace Valkeyrie.Engine.Http;

/// <summary>The body of a request. A write has one even where it holds no bytes: the platform sends a request without a body again by itself when its connection
/// breaks, and whether to send a write again is not for it to say.</summary>
/// <param name="bytes">The bytes.</param>
public sealed class HttpBody(ReadOnlyMemory<byte> bytes) : HttpContent
{
    /// <summary>True once the transport began to send it. Before, the server has no whole request to act on.</summary>
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
