using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Embedded.Storage;

/// <summary>Runs a transaction of the contract, with the semantics of etcd.</summary>
internal static class TransactionRun
{
    public static KvTransactionResult Run(PairWriter writer, KvTransaction transaction)
    {
        var succeeded = transaction.If.All(c => Holds(writer.Reader, c));
        var branch = succeeded ? transaction.Then : transaction.Else;

        // All checks precede the first write, so that a refusal leaves nothing to undo.
        foreach (var operation in branch)
        {
            Check(writer, operation);
        }

        var results = new KvOperationResult[branch.Count];
        for (var i = writer.PutNew(branch, results); i < results.Length; i++)
        {
            results[i] = Run(writer, branch[i]);
        }

        return new KvTransactionResult(succeeded, writer.Revision, results);
    }

    private static void Check(PairWriter writer, KvOperation operation)
    {
        switch (operation)
        {
            case KvOperation.Put put:
                Leases.Require(writer, put.LeaseId ?? 0);
                break;
            case KvOperation.Read read:
                _ = writer.Reader.CheckRevision(read.Revision, writer.Revision, read.Range.Text);
                break;
        }
    }

    private static KvOperationResult Run(PairWriter writer, KvOperation operation)
    {
        switch (operation)
        {
            case KvOperation.Put put:
                var value = put.Value.ToArray();
                return new([writer.Put(put.Key, value, put.LeaseId ?? 0).ToPair(put.Key, value)], 1);
            case KvOperation.Delete { Range.Kind: KvRangeKind.Key } delete:
                return new([], writer.Delete(delete.Range.Text) ? 1 : 0);
            case KvOperation.Delete delete:
                return new([], writer.Delete(Interval.Of(writer.Reader.Keys, delete.Range)));
            case KvOperation.Read read:
                var page = writer.Reader.Range(KvRangeQuery.Of(read), exactCount: true);
                return new(page.Pairs, page.Count);
            default:
                throw new KvInvalidArgumentException($"A transaction cannot contain a {operation.GetType().Name}.");
        }
    }

    private static bool Holds(PairReader reader, KvCondition condition)
    {
        var rows = reader.Walk("position, create_revision, version, lease, value", "pairs", Interval.Of(reader.Keys, condition.Range), "");
        try
        {
            if (!rows.Step())
            {
                return condition.Target != KvConditionTarget.Value && Holds(condition, 0L.CompareTo(condition.Number));
            }

            do
            {
                if (!Holds(condition, Compare(reader, rows, condition)))
                {
                    return false;
                }
            }
            while (rows.Step());
            return true;
        }
        finally
        {
            rows.Reset();
        }
    }

    private static int Compare(PairReader reader, Statement row, KvCondition condition)
    {
        var version = PairVersion.Read(row, 0);
        return condition.Target switch
        {
            KvConditionTarget.Version => version.Version.CompareTo(condition.Number),
            KvConditionTarget.CreateRevision => version.CreateRevision.CompareTo(condition.Number),
            KvConditionTarget.Revision => version.Revision.CompareTo(condition.Number),
            KvConditionTarget.Lease => version.LeaseId.CompareTo(condition.Number),
            _ => reader.Value(row, 4, version.Position).AsSpan().SequenceCompareTo(condition.Value.Span),
        };
    }

    private static bool Holds(KvCondition condition, int compared) => condition.Operator switch
    {
        KvConditionOperator.Equal => compared == 0,
        KvConditionOperator.Greater => compared > 0,
        KvConditionOperator.Less => compared < 0,
        _ => compared != 0,
    };
}
