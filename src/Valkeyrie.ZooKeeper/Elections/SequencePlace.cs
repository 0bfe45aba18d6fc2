using Valkeyrie.Engine;
using Valkeyrie.ZooKeeper.Locks;
using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.ZooKeeper.Elections;

/// <summary>A place in a line of <see cref="SequenceLines"/>.</summary>
/// <param name="lines">The lines.</param>
/// <param name="name">The election.</param>
/// <param name="directory">The election's node.</param>
/// <param name="contender">The contender's node.</param>
/// <param name="session">The session of the node.</param>
internal sealed class SequencePlace(SequenceLines lines, string name, string directory, Contender contender, Session session)
    : LinePlace(SequenceLines.KeyOf(name, contender.Path), contender.Czxid, session.Lease!)
{
    public override ValueTask<LineOrder> LookAsync(CancellationToken cancellationToken) => lines.LookAsync(name, directory, contender, session, cancellationToken);

    public override Task WaitForRemovalAsync(string contender, CancellationToken cancellationToken) => lines.WaitForRemovalAsync(name, contender, session, cancellationToken);

    public override ValueTask<bool> MarkAsync(ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        lines.CallAsync(new SetDataRequest(contender.Path, value), name, session, cancellationToken);

    public override async ValueTask<bool> LeaveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await lines.CallAsync(new DeleteRequest(contender.Path), name, session, cancellationToken).ConfigureAwait(false);
        }
        catch (KvLeaseNotFoundException)
        {
            return false;
        }
        catch
        {
            Abandon();
            throw;
        }
    }

    public override void Abandon() => lines.RemoveInBackground(name, contender.Path, session);
}
