using System.Text;

namespace Valkeyrie.Engine;

/// <summary>A leadership: the first place in the queue of an election, and the value of its key.</summary>
/// <param name="place">The place.</param>
/// <param name="value">The value at the time of the election.</param>
internal sealed class HeldLeadership(HeldPlace place, ReadOnlyMemory<byte> value) : KvLeadership
{
    private volatile string _value = Encoding.UTF8.GetString(value.Span);
    private volatile bool _hasResigned;

    public override string Name => place.Key;

    public override string Key => place.Own;

    public override string Value => _value;

    public override long FencingToken => place.FencingToken;

    public override TimeSpan Ttl => place.Ttl;

    public override bool IsLeader => place.IsHeld;

    public override CancellationToken Lost => place.Lost;

    public override KvLockLostReason? LostReason => place.LostReason;

    public override async ValueTask ProclaimAsync(ReadOnlyMemory<byte> value, CancellationToken cancellationToken = default)
    {
        if (_hasResigned)
        {
            throw new KvInvalidArgumentException($"The leader of '{Name}' has resigned and cannot proclaim a value. Campaign again first.") { Key = Name };
        }

        await place.MarkAsync(value, cancellationToken).ConfigureAwait(false);
        _value = Encoding.UTF8.GetString(value.Span);
    }

    public override ValueTask ResignAsync(CancellationToken cancellationToken = default)
    {
        _hasResigned = true;
        return place.UnlockAsync(cancellationToken);
    }

    public override ValueTask BreakAsync(CancellationToken cancellationToken = default) => place.BreakAsync(cancellationToken);
}
