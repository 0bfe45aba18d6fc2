namespace Valkeyrie.Tests.Fuzz;

/// <summary>A peer in memory: it greets like an HTTP/2 server, and on request sends its script in pieces and ends.</summary>
/// <param name="script">The bytes to send.</param>
/// <param name="random">Determines the ends of the pieces.</param>
internal sealed class ScriptedStream(byte[] script, Random random) : Stream
{
    private static readonly byte[] Greeting = Http2Frame.Settings();

    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _delivered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _greeted;
    private int _said;

    /// <summary>True for a peer that never reads.</summary>
    public bool ReadsNothing { get; init; }

    /// <summary>True for a peer that does not close the connection at the end.</summary>
    public bool StaysOpen { get; init; }

    /// <summary>Completes when all bytes have been sent.</summary>
    public Task Delivered => _delivered.Task;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Starts it.</summary>
    public void Go() => _go.TrySetResult();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_greeted)
        {
            _greeted = true;
            Greeting.CopyTo(buffer);
            return Greeting.Length;
        }

        await Task.WhenAny(_go.Task, _closed.Task);
        if (_said == script.Length)
        {
            _delivered.TrySetResult();
            if (StaysOpen)
            {
                await _closed.Task;
            }

            return 0;
        }

        var count = Math.Min(Math.Min(random.Next(1, 40_000 >> random.Next(15)), buffer.Length), script.Length - _said);
        script.AsMemory(_said, count).CopyTo(buffer);
        _said += count;
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        ReadsNothing && _go.Task.IsCompleted ? new ValueTask(_closed.Task) : ValueTask.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _closed.TrySetResult();
        base.Dispose(disposing);
    }
}
