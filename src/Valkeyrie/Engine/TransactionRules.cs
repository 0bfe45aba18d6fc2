namespace Valkeyrie.Engine;

/// <summary>The rules of transactions for every store.</summary>
public static class TransactionRules
{
    /// <summary>Refuses an invalid key, lease, revision or limit, and a key written twice in one branch, for example by a put and a delete.</summary>
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
        List<KvRange>? deletes = null;
        foreach (var operation in operations)
        {
            switch (operation)
            {
                case KvOperation.Delete delete:
                    (deletes ??= []).Add(delete.Range);
                    break;
                case KvOperation.Read read:
                    OptionRules.CheckList(new KvListOptions { Revision = read.Revision, Limit = read.Limit });
                    break;
            }
        }

        var puts = new HashSet<string>(operations.Count, StringComparer.Ordinal);
        foreach (var operation in operations)
        {
            if (operation is KvOperation.Put put)
            {
                Check(put, puts, deletes);
            }
        }
    }

    private static void Check(KvOperation.Put put, HashSet<string> puts, List<KvRange>? deletes)
    {
        KeyRules.Check(put.Key);
        if (put.LeaseId is { } leaseId)
        {
            OptionRules.CheckLease(leaseId);
        }

        if (!puts.Add(put.Key) || deletes?.Exists(range => range.Contains(put.Key)) == true)
        {
            throw new KvInvalidArgumentException($"A transaction writes the key '{put.Key}' twice. Write it once.") { Key = put.Key };
        }
    }
}
