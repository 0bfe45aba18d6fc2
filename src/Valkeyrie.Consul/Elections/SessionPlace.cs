using Valkeyrie.Consul.Calls;
using Valkeyrie.Engine;

namespace Valkeyrie.Consul.Elections;

/// <summary>A place in a line of <see cref="SessionLines"/>.</summary>
/// <param name="lines">Where it stands.</param>
/// <param name="name">The election.</param>
/// <param name="stored">Its key, as the server has it.</param>
/// <param name="createIndex">The revision at which the key was created.</param>
/// <param name="session">The session that holds the key.</param>
/// <param name="lease">The session as a lease.</param>
internal sealed class SessionPlace(SessionLines lines, string name, string stored, long createIndex, string session, RenewedLease lease)
    : LinePlace(lines.KeyOf(stored), createIndex, lease)
{
    public override ValueTask<LineOrder> LookAsync(CancellationToken cancellationToken) => lines.LookAsync(name, stored, CreateRevision, cancellationToken);

    public override Task WaitForRemovalAsync(string contender, CancellationToken cancellationToken) => lines.WaitForRemovalAsync(contender, cancellationToken);

    // A key that is written goes on being held.
    public override ValueTask<bool> MarkAsync(ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        lines.CommitAsync(new TxnBody().RequireSession(stored, session).Set(stored, value.Span), name, cancellationToken);

    public override async ValueTask<bool> LeaveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await lines.CommitAsync(new TxnBody().RequireSession(stored, session).Delete(stored), name, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // Whatever became of that: without its session the key is not there.
            Abandon();
        }
    }

    public override void Abandon() => lines.LetGo(Lease);
}
