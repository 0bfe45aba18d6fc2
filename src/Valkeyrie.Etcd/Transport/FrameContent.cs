using System.Net;
using System.Net.Http.Headers;

namespace Valkeyrie.Etcd.Transport;

/// <summary>A request body of one ready frame; for a stream, the body stays open after it until <see cref="Complete"/>.</summary>
internal sealed class FrameContent : HttpContent
{
    private static readonly MediaTypeHeaderValue GrpcType = new("application/grpc");

    private readonly ReadOnlyMemory<byte> _frame;
    private readonly TaskCompletionSource? _open;

    public FrameContent(ReadOnlyMemory<byte> frame, bool keepOpen = false)
    {
        _frame = frame;
        _open = keepOpen ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
        Headers.ContentType = GrpcType;
    }

    /// <summary>True when the transport no longer reads the frame, so that its buffer may be used again.</summary>
    public bool Sent { get; private set; }

    /// <summary>Ends the body of a stream.</summary>
    public void Complete() => _open?.TrySetResult();

    protected override bool TryComputeLength(out long length)
    {
        // Without a length the transport sends no content-length header, which gRPC does not use.
        length = 0;
        return false;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_frame, cancellationToken).ConfigureAwait(false);
        Sent = true;
        if (_open is not null)
        {
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            await _open.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
