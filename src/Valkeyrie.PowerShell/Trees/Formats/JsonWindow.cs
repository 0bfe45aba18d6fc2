namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>The part of a JSON text that is in memory: what has not been read yet of it stands in one piece, however long it is.</summary>
/// <param name="largestValue">The most bytes that a value may have; null for no limit.</param>
internal sealed class JsonWindow(long? largestValue)
{
    private const int LeastBuffer = 64 * 1024;

    // A byte of a value takes six as \u0000. Base64, whose digits nobody escapes but + and /, takes less.
    private const int BytesPerByte = 6;
    private const long RoomForTheRest = 1024 * 1024;

    private byte[] _buffer = new byte[LeastBuffer];
    private int _start;
    private int _end;

    /// <summary>The most bytes that are held at once.</summary>
    public int Largest { get; } = largestValue is { } limit ? (int)Math.Min(Array.MaxLength, limit * BytesPerByte + RoomForTheRest) : Array.MaxLength;

    /// <summary>What has not been read yet.</summary>
    public ReadOnlySpan<byte> Rest => _buffer.AsSpan(_start, _end - _start);

    /// <summary>True if nothing has come since everything before was read.</summary>
    public bool IsEmpty => _end == 0;

    /// <summary>True if nothing comes behind <see cref="Rest"/>.</summary>
    public bool IsLast { get; private set; }

    /// <summary>Takes bytes as read.</summary>
    public void Advance(int count) => _start += count;

    /// <summary>Reads on in the text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>False if what has not been read fills all that may be held.</returns>
    public async ValueTask<bool> TryFillAsync(Stream text, CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            Rest.CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            if (_end == Largest)
            {
                return false;
            }

            Array.Resize(ref _buffer, (int)Math.Min(Largest, _buffer.Length * 2L));
        }

        // As much as there is room for: an incomplete part is started again each time.
        var count = await text.ReadAtLeastAsync(_buffer.AsMemory(_end), _buffer.Length - _end, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        IsLast = count < _buffer.Length - _end;
        _end += count;
        return true;
    }
}
