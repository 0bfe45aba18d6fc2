using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.V3;

/// <summary>Writes transactions directly into a frame: a batch of 128 puts allocates no object for any of them.</summary>
/// <param name="keys">Encodes keys.</param>
internal sealed class TransactionRequests(KeyCodec keys)
{
    // A nested message: the operation, its content, and the three fields of a put.
    private const int OperationOverhead = 2 * WireWriter.MaxFieldOverhead;
    private const int PutOverhead = 3 * WireWriter.MaxFieldOverhead;
    private const int DeletionOverhead = 2 * WireWriter.MaxFieldOverhead;
    private const int ConditionOverhead = 6 * WireWriter.MaxFieldOverhead;

    private readonly Requests _requests = new(keys);

    /// <summary>Encodes a transaction into a frame.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <exception cref="KvException">(<see cref="KvErrorCode.QuotaExceeded"/>) The transaction is too large for any server.</exception>
    public MessageFrame Frame(KvTransaction transaction)
    {
        var frame = MessageFrame.Rent(MaxLength(transaction));
        try
        {
            var writer = new WireWriter(frame.Room);
            foreach (var condition in transaction.If)
            {
                Write(ref writer, condition);
            }

            foreach (var operation in transaction.Then)
            {
                Write(ref writer, TxnRequest.SuccessFieldNumber, operation);
            }

            foreach (var operation in transaction.Else)
            {
                Write(ref writer, TxnRequest.FailureFieldNumber, operation);
            }

            frame.Finish(writer.Written);
            return frame;
        }
        catch (KvInvalidArgumentException)
        {
            // A key contains half of a surrogate pair.
            frame.Return();
            throw;
        }
    }

    private int MaxLength(KvTransaction transaction)
    {
        var length = transaction.If.Sum(condition => (long)MaxLength(condition));
        foreach (var operation in transaction.Then.Concat(transaction.Else))
        {
            length += MaxLength(operation);
            Requests.RefuseIfTooLarge((operation as KvOperation.Put)?.Key ?? "", length);
        }

        return checked((int)length);
    }

    private int MaxLength(KvCondition condition) => MaxLength(condition.Range) + condition.Value.Length + ConditionOverhead;

    private long MaxLength(KvOperation operation) => OperationOverhead + operation switch
    {
        KvOperation.Put put => (long)keys.MaxByteCount(put.Key) + put.Value.Length + PutOverhead,
        KvOperation.Delete delete => MaxLength(delete.Range) + DeletionOverhead,
        KvOperation.Read read => MaxLength(read.Range) + Requests.RangeOverhead,
        _ => throw new KvInvalidArgumentException($"A transaction cannot contain a {operation.GetType().Name}."),
    };

    // Both bounds have the same length, at least one byte.
    private int MaxLength(KvRange range) => 2 * (keys.MaxByteCount(range.Start) + 1);

    private void Write(ref WireWriter writer, KvCondition condition)
    {
        var asked = _requests.KeysOf(condition.Range);
        var compare = writer.Begin(TxnRequest.CompareFieldNumber, MaxLength(condition));
        writer.Int64(Compare.ResultFieldNumber, (long)ResultOf(condition.Operator));
        writer.Int64(Compare.TargetFieldNumber, (long)TargetOf(condition.Target));
        writer.Bytes(Compare.KeyFieldNumber, asked.Start);
        switch (condition.Target)
        {
            case KvConditionTarget.Version: writer.Chosen(Compare.VersionFieldNumber, condition.Number); break;
            case KvConditionTarget.CreateRevision: writer.Chosen(Compare.CreateRevisionFieldNumber, condition.Number); break;
            case KvConditionTarget.Revision: writer.Chosen(Compare.ModRevisionFieldNumber, condition.Number); break;
            case KvConditionTarget.Lease: writer.Chosen(Compare.LeaseFieldNumber, condition.Number); break;
            default: writer.Chosen(Compare.ValueFieldNumber, condition.Value.Span); break;
        }

        writer.Bytes(Compare.RangeEndFieldNumber, asked.End);
        writer.End(compare);
    }

    private static Compare.Types.Result ResultOf(KvConditionOperator comparison) => comparison switch
    {
        KvConditionOperator.Equal => Compare.Types.Result.Equal,
        KvConditionOperator.Greater => Compare.Types.Result.Greater,
        KvConditionOperator.Less => Compare.Types.Result.Less,
        _ => Compare.Types.Result.NotEqual,
    };

    private static Compare.Types.Target TargetOf(KvConditionTarget target) => target switch
    {
        KvConditionTarget.Version => Compare.Types.Target.Version,
        KvConditionTarget.CreateRevision => Compare.Types.Target.Create,
        KvConditionTarget.Revision => Compare.Types.Target.Mod,
        KvConditionTarget.Lease => Compare.Types.Target.Lease,
        _ => Compare.Types.Target.Value,
    };

    private void Write(ref WireWriter writer, int branch, KvOperation operation)
    {
        var maxLength = (int)MaxLength(operation);
        var outer = writer.Begin(branch, maxLength);
        switch (operation)
        {
            case KvOperation.Put put:
                var written = writer.Begin(RequestOp.RequestPutFieldNumber, maxLength);
                writer.Key(PutRequest.KeyFieldNumber, keys, put.Key);
                writer.Bytes(PutRequest.ValueFieldNumber, put.Value.Span);
                writer.Int64(PutRequest.LeaseFieldNumber, put.LeaseId ?? 0);
                writer.End(written);
                break;
            case KvOperation.Delete delete:
                var deleted = _requests.KeysOf(delete.Range);
                var deletion = writer.Begin(RequestOp.RequestDeleteRangeFieldNumber, maxLength);
                writer.Bytes(DeleteRangeRequest.KeyFieldNumber, deleted.Start);
                writer.Bytes(DeleteRangeRequest.RangeEndFieldNumber, deleted.End);
                writer.End(deletion);
                break;
            case KvOperation.Read read:
                var query = KvRangeQuery.Of(read);
                var range = writer.Begin(RequestOp.RequestRangeFieldNumber, maxLength);
                Requests.WriteRange(ref writer, query, _requests.KeysOf(query));
                writer.End(range);
                break;
        }

        writer.End(outer);
    }
}
