namespace Valkeyrie;

/// <summary>A key or a lease that is no longer kept alive, because it ended in the store: it expired while the store could not be reached or this program was
/// suspended, or a client revoked the lease.</summary>
/// <param name="Key">The key (<see cref="KvPutOptions.KeepAlive"/>); null for a lease (<see cref="IKvLeases.KeepLeaseAliveAsync"/>).</param>
/// <param name="LeaseId">The lease; null for a key.</param>
public sealed record KvKeepAliveLoss(string? Key, long? LeaseId)
{
    /// <summary>What was lost, why, and what to do. Text from other programs in it is made visible (<see cref="VisibleText"/>).</summary>
    public string Message { get; } = Key is not null
        ? $"The key '{VisibleText.Of(Key)}' is no longer kept alive: it expired while it could not be renewed, or its lease was revoked. Write the key again."
        : $"The lease {LeaseId:x} is no longer kept alive: it expired while it could not be renewed, or was revoked. Create a lease and write its keys again.";

    /// <summary>The message.</summary>
    public override string ToString() => Message;
}
