using System.Text;

namespace Valkeyrie;

/// <summary>A leadership won in an election. Dispose it to resign.</summary>
/// <remarks>A leader that was suspended or disconnected for longer than <see cref="Ttl"/> may believe for a moment that it still leads. If that matters, send
/// <see cref="FencingToken"/> with every write, and let the written resource refuse lower tokens.</remarks>
public abstract class KvLeadership : IAsyncDisposable, IFormattable
{
    /// <summary>The election.</summary>
    public abstract string Name { get; }

    /// <summary>The leader's key in the election, which others read.</summary>
    public abstract string Key { get; }

    /// <summary>The proclaimed value, as text; see <see cref="KvPair.Value"/>.</summary>
    public abstract string Value { get; }

    /// <summary>A number that grows with each leader of this election.</summary>
    public abstract long FencingToken { get; }

    /// <summary>The time for which the leadership remains if the leader dies.</summary>
    public abstract TimeSpan Ttl { get; }

    /// <summary>True until the leader resigns or the leadership is lost.</summary>
    public abstract bool IsLeader { get; }

    /// <summary>Is cancelled when the leadership ends without <see cref="ResignAsync"/>: its lease ended, its key was removed, its store was closed, or
    /// <see cref="BreakAsync"/> was called. While its process runs, the leader is notified before another contender can lead.</summary>
    public abstract CancellationToken Lost { get; }

    /// <summary>The reason why <see cref="Lost"/> was cancelled; null while it is not.</summary>
    public abstract KvLockLostReason? LostReason { get; }

    /// <summary>Proclaims another value without a new election.</summary>
    /// <param name="value">The value; an empty one is a value.</param>
    /// <param name="cancellationToken">Ends the call early; the value may still have been changed.</param>
    /// <exception cref="KvLeadershipLostException">The leadership has been lost.</exception>
    /// <exception cref="KvInvalidArgumentException">The leader has resigned.</exception>
    public abstract ValueTask ProclaimAsync(ReadOnlyMemory<byte> value, CancellationToken cancellationToken = default);

    /// <summary>Resigns: ends the leadership, and the next contender leads. The leader calls it when its work is done. Resigning again does nothing.</summary>
    /// <param name="cancellationToken">Ends the call early; the resignation continues in the background.</param>
    /// <exception cref="KvLeadershipLostException">The leadership was lost before.</exception>
    public abstract ValueTask ResignAsync(CancellationToken cancellationToken = default);

    /// <summary>Ends the leadership on behalf of code other than the leader. The leader is notified first: <see cref="Lost"/> is cancelled, and the callbacks
    /// registered there have up to a second. The leader's own <see cref="ResignAsync"/> then throws. Has no effect on a leadership that has ended.</summary>
    /// <param name="cancellationToken">Ends the call early; the end continues in the background.</param>
    public abstract ValueTask BreakAsync(CancellationToken cancellationToken = default);

    /// <summary>The name, the fencing token and the state.</summary>
    public override string ToString() => $"{Name} #{FencingToken} {(IsLeader ? "leads" : "does not lead")}";

    /// <summary>Formats a part of the leadership as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>name</c> or <c>value</c>; null, empty or <c>G</c> for the text of <see cref="ToString()"/>.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => ToString(),
        "name" => VisibleText.Of(Name),
        "value" => VisibleValue.Of(Encoding.UTF8.GetBytes(Value), lines: false),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a leadership. Use name or value."),
    };

    /// <summary>Resigns if the leadership is still held. Does not throw: if the store cannot be reached, the leadership ends with its time to live.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await ResignAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // Lost, out of reach, or an earlier resignation was abandoned: a disposer cannot do more.
        }

        GC.SuppressFinalize(this);
    }
}
