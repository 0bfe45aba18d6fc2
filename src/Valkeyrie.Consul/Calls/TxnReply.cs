namespace Valkeyrie.Consul.Calls;

/// <summary>How a transaction ended.</summary>
/// <param name="Entries">What its operations gave, in order; empty if it was not made.</param>
/// <param name="Errors">What stood in its way; empty if it was made.</param>
internal readonly record struct TxnReply(IReadOnlyList<ConsulEntry> Entries, IReadOnlyList<ConsulTxnError> Errors)
{
    public bool IsMade => Errors.Count == 0;
}
