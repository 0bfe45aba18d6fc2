namespace Valkeyrie.Etcd.Http2;

/// <summary>The state of an open stream; part of <see cref="ConnectionState"/>.</summary>
/// <param name="stream">The stream.</param>
/// <param name="sendWindow">The number of bytes that the peer allows to send on it.</param>
internal struct OpenStream(Http2Stream stream, long sendWindow)
{
    private TaskCompletionSource? _sent;

    public Http2Stream Stream { get; } = stream;

    /// <summary>The number of further bytes that the peer allows to send.</summary>
    public long SendWindow { get; set; } = sendWindow;

    /// <summary>The part of the request that is not sent yet.</summary>
    public ReadOnlyMemory<byte> Unsent { get; private set; }

    /// <summary>True if the request ends with the unsent part.</summary>
    public bool EndsWithUnsent { get; private set; }

    /// <summary>True after the end of the request was sent.</summary>
    public bool IsRequestComplete { get; private set; }

    /// <summary>The number of used bytes since the peer was last allowed to send more.</summary>
    public int Acknowledgeable { get; set; }

    /// <summary>Adds to the request.</summary>
    /// <exception cref="InvalidOperationException">The request has ended, or its last part has not been sent yet.</exception>
    public void Add(ReadOnlyMemory<byte> body, bool end)
    {
        if (EndsWithUnsent || !Unsent.IsEmpty)
        {
            throw new InvalidOperationException(EndsWithUnsent ? "The request has ended." : "The previous part has not been sent yet.");
        }

        (Unsent, EndsWithUnsent) = (body, end);
    }

    /// <summary>Records that the first bytes of <see cref="Unsent"/> were sent.</summary>
    public void Sent(int count)
    {
        Unsent = Unsent[count..];
        SendWindow -= count;
        if (Unsent.IsEmpty)
        {
            IsRequestComplete = EndsWithUnsent;
            _sent?.TrySetResult();
            _sent = null;
        }
    }

    /// <summary>Completes when everything was sent.</summary>
    public Task WhenSent() => Unsent.IsEmpty
        ? Task.CompletedTask
        : (_sent ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Discards the unsent part, whose buffer can then be reused.</summary>
    public void End()
    {
        Unsent = default;
        _sent?.TrySetResult();
        _sent = null;
    }
}
