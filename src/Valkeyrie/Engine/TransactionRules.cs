namespace Valkeyrie.Engine;

/// <summary>What a transaction must keep to, whatever store makes it.</summary>
public static class TransactionRules
{
    /// <summary>Refuses a bad key, lease, revision or limit, and a key written twice in one branch, be it by a put of a key that it also deletes.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <exception cref="KvInvalidArgumentException">A rule is broken.</exception>
    public static void Check(KvTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        CheckBranch(transaction.Then);
        CheckBranch(transaction.Else);
    }

    private static void CheckBranch(IReadOnlyList<KvOperation> operations)
    {
        var deletes = operations.OfType<KvOperation.Delete>().Select(d => d.Range).ToList();
        foreach (var read in operations.OfType<KvOperation.Read>())
        {
            OptionRules.CheckList(new KvListOptions { Revision = read.Revision, Limit = read.Limit });
        }

        var puts = new HashSet<string>(StringComparer.Ordinal);
        foreach (var put in operations.OfType<KvOperation.Put>())
        {
            KeyRules.Check(put.Key);
            if (put.LeaseId is { } leaseId)
            {
                OptionRules.CheckLease(leaseId);
            }

            if (!puts.Add(put.Key) || deletes.Exists(d => d.Contains(put.Key)))
            {
                throw new KvInvalidArgumentException($"A transaction writes the key '{put.Key}' twice. Write it once.") { Key = put.Key };
            }
        }
    }
}
