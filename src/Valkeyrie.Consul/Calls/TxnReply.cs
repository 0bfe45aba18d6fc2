namespace Valkeyrie.Consul.Calls;

/// <summary>The result of a transaction.</summary>
/// <param name="Entries">The results of the operations, in order; empty if it was not committed.</param>
/// <param name="Errors">The errors; empty if it was committed.</param>
internal readonly record struct TxnReply(IReadOnlyList<ConsulEntry> Entries, IReadOnlyList<ConsulTxnError> Errors)
{
    public bool IsMade => Errors.Count == 0;
}
