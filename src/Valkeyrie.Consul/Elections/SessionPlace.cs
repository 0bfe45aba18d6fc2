using Valkeyrie.Consul.Calls;
using Valkeyrie.Engine;

namespace Valkeyrie.Consul.Elections;

/// <summary>A place in a line of <see cref="SessionLines"/>.</summary>
/// <param name="lines">The lines.</param>
/// <param name="name">The election.</param>
/// <param name="stored">The place's key, in the server's form.</param>
/// <param name="createIndex">The revision at which the key was created.</param>
/// <param name="session">The session that holds the key.</param>
/// <param name="lease">The session as a lease.</param>
internal sealed class SessionPlace(SessionLines lines, string name, string stored, long createIndex, string session, RenewedLease lease)
    : LinePlace(lines.KeyOf(stored), createIndex, lease)
{
    public override ValueTask<LineOrder> LookAsync(CancellationToken cancellationToken) => lines.LookAsync(name, stored, CreateRevision, cancellationToken);

    public override Task WaitForRemovalAsync(string contender, CancellationToken cancellationToken) => lines.WaitForRemovalAsync(contender, cancellationToken);

    // A write does not end the hold of a key.
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
            // Regardless of the outcome: without its session the key does not exist.
            Abandon();
        }
    }

    public override void Abandon() => lines.LetGo(Lease);
}
