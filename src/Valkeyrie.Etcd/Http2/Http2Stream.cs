namespace Valkeyrie.Etcd.Http2;

/// <summary>A stream of a connection: a request, and the response that the derived class receives.</summary>
/// <remarks>The connection's input calls the methods that begin with <c>On</c>, one after another; <see cref="OnFailed"/> can be called from any
/// thread.</remarks>
internal abstract class Http2Stream : IThreadPoolWorkItem
{
    private Http2Connection? _connection;

    /// <summary>The connection that has accepted the request; null before.</summary>
    public Http2Connection? Connection => _connection;

    /// <summary>True after a connection has accepted the request.</summary>
    public bool IsStarted => _connection is not null;

    /// <summary>The number on the connection; 0 before the start.</summary>
    public int Id { get; private set; }

    /// <summary>Receives a header block: first the response's headers, then its trailers.</summary>
    /// <param name="fields">The fields, valid until this method returns.</param>
    /// <param name="end">True if the response ends with this block.</param>
    public abstract StreamInput OnHeaders(HeaderList fields, bool end);

    /// <summary>Receives data.</summary>
    /// <param name="data">The data, valid until this method returns.</param>
    /// <param name="flowControlled">The number of bytes that count for flow control, including padding.</param>
    /// <param name="end">True if the response ends with this data.</param>
    public abstract StreamInput OnData(ReadOnlySpan<byte> data, int flowControlled, bool end);

    /// <summary>Resumes the reader on this thread.</summary>
    public abstract void Resume();

    /// <summary>Ends the stream with a failure, unless it has already ended.</summary>
    public void Fail(Exception failure)
    {
        if (OnFailed(failure))
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Cancels the stream; its reader gets an <see cref="OperationCanceledException"/>.</summary>
    public void Cancel() => _connection?.Cancel(this, new OperationCanceledException());

    /// <summary>Records that a connection has accepted the stream.</summary>
    public void Begin(Http2Connection connection, int id) => (_connection, Id) = (connection, id);

    void IThreadPoolWorkItem.Execute() => Resume();

    /// <summary>Receives the failure that ends the stream, unless it has already ended.</summary>
    /// <returns>True if the reader must be resumed.</returns>
    protected abstract bool OnFailed(Exception failure);

    /// <summary>Sends more of the request.</summary>
    /// <param name="body">The bytes, which must stay unchanged until the result completes.</param>
    /// <param name="end">True if the request ends with them.</param>
    /// <returns>Completes when the bytes are under way, or the stream has ended; the response then shows the result.</returns>
    protected Task SendAsync(ReadOnlyMemory<byte> body, bool end) =>
        _connection?.SendAsync(this, body, end) ?? throw new InvalidOperationException("The stream has not started.");

    /// <summary>Allows the peer to send as many further bytes as were used.</summary>
    protected void Acknowledge(int count) => _connection?.Acknowledge(this, count);
}
