namespace Valkeyrie.PowerShell.Files;

/// <summary>A pipe, a terminal or another character device whose opening, reading and writing can be canceled,
/// although the system calls themselves cannot.</summary>
internal sealed class StreamFile : Stream
{
    private readonly FileStream _file;
    private readonly CancellationToken _stop;

    private StreamFile(FileStream file, CancellationToken stop)
    {
        _file = file;
        _stop = stop;
    }

    public override bool CanRead => _file.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => _file.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Opens a stream. A named pipe is open when its other end is open.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="access">To read, or to write.</param>
    /// <param name="stop">Ends the wait for the other end, and for each read and write.</param>
    /// <exception cref="IOException">The stream cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not open the stream.</exception>
    public static async Task<StreamFile> OpenAsync(string path, FileAccess access, CancellationToken stop)
    {
        var opening = OnThread(() => new FileStream(path, FileMode.Open, access, FileShare.ReadWrite, bufferSize: 0));
        try
        {
            return new(await opening.WaitAsync(stop).ConfigureAwait(false), stop);
        }
        catch (OperationCanceledException) when (!opening.IsCompleted)
        {
            _ = opening.ContinueWith(opened => opened.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            Release(path, access);
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // An abandoned read must not write into memory that has another use by then.
        var own = new byte[buffer.Length];
        var count = await OnThread(() => _file.Read(own)).WaitAsync(cancellationToken).ConfigureAwait(false);
        own.AsMemory(0, count).CopyTo(buffer);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count), _stop).AsTask().GetAwaiter().GetResult();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var own = buffer.ToArray();
        var writing = OnThread(() =>
        {
            _file.Write(own);
            return true;
        });
        writing.WaitAsync(_stop).GetAwaiter().GetResult();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        // A pending call keeps the handle until it ends.
        _file.Dispose();
        base.Dispose(disposing);
    }

    // A separate thread: it can wait indefinitely, and the pool has few threads.
    private static Task<T> OnThread<T>(Func<T> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    // Opening the other end of a named pipe releases the thread that waits for it.
    private static void Release(string path, FileAccess access) => _ = OnThread(() =>
    {
        try
        {
            using var other = new FileStream(path, FileMode.Open, access == FileAccess.Read ? FileAccess.Write : FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The thread sleeps until the process ends.
        }

        return true;
    });
}
