namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>The part of a JSON text that is in memory. Its unread rest is contiguous, however long it is.</summary>
/// <param name="largestValue">The maximum size of a value in bytes; null for no limit.</param>
internal sealed class JsonWindow(long? largestValue)
{
    private const int LeastBuffer = 64 * 1024;

    // A byte of a value can take six, as \u0000. Base64 takes less: only its digits + and / are ever escaped.
    private const int BytesPerByte = 6;
    private const long RoomForTheRest = 1024 * 1024;

    private byte[] _buffer = new byte[LeastBuffer];
    private int _start;
    private int _end;

    /// <summary>The maximum number of bytes in memory.</summary>
    public int Largest { get; } = largestValue is { } limit ? (int)Math.Min(Array.MaxLength, limit * BytesPerByte + RoomForTheRest) : Array.MaxLength;

    /// <summary>The unread rest.</summary>
    public ReadOnlySpan<byte> Rest => _buffer.AsSpan(_start, _end - _start);

    /// <summary>True if no text has arrived since all of it was read.</summary>
    public bool IsEmpty => _end == 0;

    /// <summary>True if nothing follows <see cref="Rest"/>.</summary>
    public bool IsLast { get; private set; }

    /// <summary>Marks bytes as read.</summary>
    public void Advance(int count) => _start += count;

    /// <summary>Reads more of the text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>False if the unread rest fills the allowed memory.</returns>
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

        // As much as fits: an incomplete part is parsed from its beginning each time.
        var count = await text.ReadAtLeastAsync(_buffer.AsMemory(_end), _buffer.Length - _end, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        IsLast = count < _buffer.Length - _end;
        _end += count;
        return true;
    }
}
