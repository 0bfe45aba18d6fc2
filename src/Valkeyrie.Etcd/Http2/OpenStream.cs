namespace Valkeyrie.Etcd.Http2;

/// <summary>What a connection knows of an open stream; part of <see cref="ConnectionState"/>.</summary>
/// <param name="stream">The stream.</param>
/// <param name="sendWindow">How much the peer lets be sent on it.</param>
internal struct OpenStream(Http2Stream stream, long sendWindow)
{
    private TaskCompletionSource? _sent;

    public Http2Stream Stream { get; } = stream;

    /// <summary>How much more the peer lets be sent.</summary>
    public long SendWindow { get; set; } = sendWindow;

    /// <summary>The part of the request that is yet to be sent.</summary>
    public ReadOnlyMemory<byte> Unsent { get; private set; }

    /// <summary>True if the request ends with what is yet to be sent.</summary>
    public bool EndsWithUnsent { get; private set; }

    /// <summary>True once the end of the request has been sent.</summary>
    public bool IsRequestComplete { get; private set; }

    /// <summary>Bytes used since the peer was last allowed to send more.</summary>
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

    /// <summary>Notes that the first bytes of <see cref="Unsent"/> have been sent.</summary>
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

    /// <summary>Completes when nothing is left to be sent.</summary>
    public Task WhenSent() => Unsent.IsEmpty
        ? Task.CompletedTask
        : (_sent ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Drops what was not sent: its buffer may be used for something else from now on.</summary>
    public void End()
    {
        Unsent = default;
        _sent?.TrySetResult();
        _sent = null;
    }
}
