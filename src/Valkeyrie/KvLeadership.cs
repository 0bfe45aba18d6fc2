using System.Text;

namespace Valkeyrie;

/// <summary>A leadership that was won in an election. Disposing it resigns.</summary>
/// <remarks>A leader that was stopped or cut off for longer than <see cref="Ttl"/> may believe for a moment that it still leads. Where that matters, pass
/// <see cref="FencingToken"/> along with every write and have what is written to refuse lower ones.</remarks>
public abstract class KvLeadership : IAsyncDisposable, IFormattable
{
    /// <summary>The election.</summary>
    public abstract string Name { get; }

    /// <summary>The leader's own key, which others read.</summary>
    public abstract string Key { get; }

    /// <summary>The value that others read, as text; see <see cref="KvPair.Value"/>.</summary>
    public abstract string Value { get; }

    /// <summary>A number that is higher for each later leader of this election.</summary>
    public abstract long FencingToken { get; }

    /// <summary>How long the leadership outlives its leader, should the leader die.</summary>
    public abstract TimeSpan Ttl { get; }

    /// <summary>True until the leader resigns or the leadership is lost.</summary>
    public abstract bool IsLeader { get; }

    /// <summary>Fires at once when the leadership ends by anything but <see cref="ResignAsync"/>: its lease ended, its key was removed, its store was closed, or
    /// somebody broke it (<see cref="BreakAsync"/>). The leader knows before anybody else can lead, as long as its process runs.</summary>
    public abstract CancellationToken Lost { get; }

    /// <summary>Why <see cref="Lost"/> fired; null while it has not.</summary>
    public abstract KvLockLostReason? LostReason { get; }

    /// <summary>Changes the value that others read, without a new election.</summary>
    /// <param name="value">The value; an empty one is a value.</param>
    /// <param name="cancellationToken">Ends the call early; the value may still have been changed.</param>
    /// <exception cref="KvLeadershipLostException">The leadership has been lost.</exception>
    /// <exception cref="KvInvalidArgumentException">The leader has resigned.</exception>
    public abstract ValueTask ProclaimAsync(ReadOnlyMemory<byte> value, CancellationToken cancellationToken = default);

    /// <summary>Gives the leadership to the next one; for the leader, who is done. Resigning again does nothing.</summary>
    /// <param name="cancellationToken">Ends the call early; the resignation goes on in the background.</param>
    /// <exception cref="KvLeadershipLostException">The leadership had been lost before.</exception>
    public abstract ValueTask ResignAsync(CancellationToken cancellationToken = default);

    /// <summary>Ends the leadership although it is held, for code other than the leader. The leader is notified first: <see cref="Lost"/> fires, and what is registered there has up
    /// to a second to end its work. The leader's own <see cref="ResignAsync"/> then throws. One that has ended is left alone.</summary>
    /// <param name="cancellationToken">Ends the call early; the end goes on in the background.</param>
    public abstract ValueTask BreakAsync(CancellationToken cancellationToken = default);

    /// <summary>Name, token and state.</summary>
    public override string ToString() => $"{Name} #{FencingToken} {(IsLeader ? "leads" : "does not lead")}";

    /// <summary>Formats a part of the leadership as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>name</c>, <c>value</c>; null, empty or <c>G</c> for the text of <see cref="ToString()"/>.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => ToString(),
        "name" => VisibleText.Of(Name),
        "value" => VisibleValue.Of(Encoding.UTF8.GetBytes(Value), lines: false),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a leadership. Use name or value."),
    };

    /// <summary>Resigns if it still leads. Does not fail: what cannot be given up now ends with its time to live.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await ResignAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // Lost, out of reach, or an earlier resignation was given up: there is nothing left that a disposer could do about it.
        }

        GC.SuppressFinalize(this);
    }
}
