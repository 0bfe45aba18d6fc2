namespace Valkeyrie.Etcd.Http2;

/// <summary>One stream of a connection: a request, and the response that its derived class takes.</summary>
/// <remarks>The connection's input calls what begins with <c>On</c>, one after another; <see cref="OnFailed"/> may come from any thread.</remarks>
internal abstract class Http2Stream : IThreadPoolWorkItem
{
    private Http2Connection? _connection;

    /// <summary>True once a connection has taken the request.</summary>
    public bool IsStarted => _connection is not null;

    /// <summary>Its number on the connection; 0 before it has started.</summary>
    public int Id { get; private set; }

    /// <summary>Takes a header block: the response's headers at first, then its trailers.</summary>
    /// <param name="fields">The fields, valid until this method returns.</param>
    /// <param name="end">True if the response ends with it.</param>
    public abstract StreamInput OnHeaders(HeaderList fields, bool end);

    /// <summary>Takes data.</summary>
    /// <param name="data">The data, valid until this method returns.</param>
    /// <param name="flowControlled">How many bytes it counts for flow control, padding included.</param>
    /// <param name="end">True if the response ends with it.</param>
    public abstract StreamInput OnData(ReadOnlySpan<byte> data, int flowControlled, bool end);

    /// <summary>Resumes the reader on this thread.</summary>
    public abstract void Resume();

    /// <summary>Ends the stream with a failure, unless it has ended already.</summary>
    public void Fail(Exception failure)
    {
        if (OnFailed(failure))
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Gives the stream up; its reader gets an <see cref="OperationCanceledException"/>.</summary>
    public void Cancel() => _connection?.Cancel(this, new OperationCanceledException());

    /// <summary>Notes that a connection has taken the stream.</summary>
    public void Begin(Http2Connection connection, int id) => (_connection, Id) = (connection, id);

    void IThreadPoolWorkItem.Execute() => Resume();

    /// <summary>Takes the failure that ends the stream, unless it has ended already.</summary>
    /// <returns>True if the reader is to be resumed.</returns>
    protected abstract bool OnFailed(Exception failure);

    /// <summary>Sends more of the request.</summary>
    /// <param name="body">The bytes, which must stay as they are until the result completes.</param>
    /// <param name="end">True if the request ends with them.</param>
    /// <returns>Completes once the bytes are on their way, or the stream has ended; the response tells how.</returns>
    protected Task SendAsync(ReadOnlyMemory<byte> body, bool end) =>
        _connection?.SendAsync(this, body, end) ?? throw new InvalidOperationException("The stream has not started.");

    /// <summary>Lets the peer send as much more as has been used.</summary>
    protected void Acknowledge(int count) => _connection?.Acknowledge(this, count);
}
