using System.Globalization;
using System.Text;

namespace Valkeyrie;

/// <summary>The capability to commit transactions: conditions and operations in one atomic step.</summary>
public interface IKvTransactions
{
    /// <summary>Checks the conditions, then performs <see cref="KvTransaction.Then"/> if all hold, otherwise <see cref="KvTransaction.Else"/>.</summary>
    /// <param name="transaction">The conditions and operations.</param>
    /// <param name="cancellationToken">Ends the call early; the transaction may still have been committed.</param>
    /// <exception cref="KvInvalidArgumentException">A key, a lease, a revision or a limit is not valid, or a branch writes a key twice.</exception>
    /// <exception cref="KvLeaseNotFoundException">A lease to attach a key to does not exist.</exception>
    /// <exception cref="KvNotSupportedException">The store does not support a condition or an operation.</exception>
    ValueTask<KvTransactionResult> CommitAsync(KvTransaction transaction, CancellationToken cancellationToken = default);
}

/// <summary>Conditions, with the operations for the case that they hold and the case that they do not.</summary>
public sealed record KvTransaction
{
    /// <summary>The conditions; all must hold. Default: none, so <see cref="Then"/> is performed.</summary>
    public IReadOnlyList<KvCondition> If { get; init; } = [];

    /// <summary>The operations to perform, in order, if the conditions hold. A key may be written only once.</summary>
    public IReadOnlyList<KvOperation> Then { get; init; } = [];

    /// <summary>The operations to perform, in order, if a condition does not hold. A key may be written only once.</summary>
    public IReadOnlyList<KvOperation> Else { get; init; } = [];

    /// <summary>The conditions and operations in words.</summary>
    public override string ToString() =>
        $"{(If.Count == 0 ? "" : $"if {string.Join(" and ", If)}, ")}then {Words(Then)}{(Else.Count == 0 ? "" : $"; else {Words(Else)}")}";

    private static string Words(IReadOnlyList<KvOperation> operations) => operations.Count == 0 ? "nothing" : string.Join(", ", operations);
}

/// <summary>The result of a transaction.</summary>
/// <param name="Succeeded">True if the conditions held.</param>
/// <param name="Revision">The store's revision after the transaction.</param>
/// <param name="Results">One result for each performed operation, in order.</param>
public sealed record KvTransactionResult(bool Succeeded, long Revision, IReadOnlyList<KvOperationResult> Results)
{
    /// <summary>The history that the revision belongs to: a number that changes when the store gets another history, for example because it was restored.
    /// Default: 0, for a store that has only one history.</summary>
    public long History { get; init; }
}

/// <summary>The result of one operation of a transaction.</summary>
/// <param name="Pairs">The pairs that a read returned; the pair that a put wrote; empty for a delete.</param>
/// <param name="Count">For a read the number of pairs in the range, regardless of the limit; for a delete the number of removed keys; for a put 1.</param>
public sealed record KvOperationResult(IReadOnlyList<KvPair> Pairs, long Count);

/// <summary>The property of a key that a condition compares.</summary>
public enum KvConditionTarget
{
    /// <summary><see cref="KvPair.Version"/>; 0 for a missing key.</summary>
    Version,

    /// <summary><see cref="KvPair.CreateRevision"/>; 0 for a missing key.</summary>
    CreateRevision,

    /// <summary><see cref="KvPair.Revision"/>; 0 for a missing key.</summary>
    Revision,

    /// <summary>The bytes of the value. For a missing key, no comparison of the value holds.</summary>
    Value,

    /// <summary>The lease that the key is attached to (<see cref="KvPair.LeaseId"/>); 0 for a missing key or a key without a lease.</summary>
    Lease,
}

/// <summary>The operator of a condition.</summary>
public enum KvConditionOperator
{
    /// <summary>Equal to the operand.</summary>
    Equal,

    /// <summary>Greater than the operand.</summary>
    Greater,

    /// <summary>Less than the operand.</summary>
    Less,

    /// <summary>Not equal to the operand.</summary>
    NotEqual,
}

/// <summary>A comparison that must hold for every key of a range. A range without keys is compared once, as a missing key.</summary>
/// <param name="Range">The keys to compare.</param>
/// <param name="Target">The property to compare.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Number">The operand, for all targets except the value.</param>
/// <param name="Value">The operand, for the value.</param>
public sealed record KvCondition(KvRange Range, KvConditionTarget Target, KvConditionOperator Operator, long Number, ReadOnlyMemory<byte> Value = default)
    : IFormattable
{
    private const int ShownBytes = 40;

    /// <summary>Creates the condition that the key exists.</summary>
    /// <param name="key">The key.</param>
    public static KvCondition Exists(string key) => new(KvRange.Key(key), KvConditionTarget.CreateRevision, KvConditionOperator.Greater, 0);

    /// <summary>Creates the condition that the key does not exist.</summary>
    /// <param name="key">The key.</param>
    public static KvCondition Missing(string key) => new(KvRange.Key(key), KvConditionTarget.CreateRevision, KvConditionOperator.Equal, 0);

    /// <summary>Creates the condition that the key is at a revision.</summary>
    /// <param name="key">The key.</param>
    /// <param name="revision">The revision.</param>
    public static KvCondition AtRevision(string key, long revision) => new(KvRange.Key(key), KvConditionTarget.Revision, KvConditionOperator.Equal, revision);

    /// <summary>Creates the condition that the key exists and is attached to a lease.</summary>
    /// <param name="key">The key.</param>
    /// <param name="leaseId">The lease.</param>
    public static KvCondition HasLease(string key, long leaseId) => new(KvRange.Key(key), KvConditionTarget.Lease, KvConditionOperator.Equal, leaseId);

    /// <summary>The comparison in words; a long value is truncated.</summary>
    public override string ToString() => (Target, Operator, Number) switch
    {
        (KvConditionTarget.CreateRevision, KvConditionOperator.Greater, 0) => $"{Range} exists",
        (KvConditionTarget.CreateRevision, KvConditionOperator.Equal, 0) => $"{Range} is missing",
        (KvConditionTarget.Value, _, _) => $"{Target} of {Range} is {Operator} '{ValueText}'",
        (KvConditionTarget.Lease, _, _) => $"{Target} of {Range} is {Operator} {Number:x}",
        _ => $"{Target} of {Range} is {Operator} {Number}",
    };

    /// <summary>Formats a part of the condition as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>key</c> for the key or range; <c>operand</c> for the operand; null, empty or <c>G</c> for the comparison in words.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => ToString(),
        "key" => VisibleText.Of(Range.Text),
        "operand" => Target == KvConditionTarget.Value ? VisibleValue.Of(Value.Span, lines: false) : Number.ToString(CultureInfo.InvariantCulture),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a condition. Use key or operand."),
    };

    private string ValueText => Value.Length <= ShownBytes ? Encoding.UTF8.GetString(Value.Span) : Encoding.UTF8.GetString(Value.Span[..ShownBytes]) + "...";
}

/// <summary>One operation of a transaction.</summary>
public abstract record KvOperation
{
    private KvOperation()
    {
    }

    /// <summary>Writes a value.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Value">The value.</param>
    /// <param name="LeaseId">The lease to attach the key to; null for none.</param>
    public sealed record Put(string Key, ReadOnlyMemory<byte> Value, long? LeaseId = null) : KvOperation
    {
        /// <summary>The operation in words.</summary>
        public override string ToString() => $"put key '{Key}'";
    }

    /// <summary>Removes keys.</summary>
    /// <param name="Range">The keys. A directory does not include the key of its own name.</param>
    public sealed record Delete(KvRange Range) : KvOperation
    {
        /// <summary>The operation in words.</summary>
        public override string ToString() => $"delete {Range}";
    }

    /// <summary>Reads keys.</summary>
    /// <param name="Range">The keys.</param>
    public sealed record Read(KvRange Range) : KvOperation
    {
        /// <summary>The older revision to read at, from 1. Default: null, the revision of the transaction.</summary>
        public long? Revision { get; init; }

        /// <summary>The maximum number of pairs to return, from 1. Default: null, all.</summary>
        public long? Limit { get; init; }

        /// <summary>True to omit the values (<see cref="KvPair.KeyOnly"/>). Default: false.</summary>
        public bool KeysOnly { get; init; }

        /// <summary>True to return only the number of pairs (<see cref="KvOperationResult.Count"/>). Default: false.</summary>
        public bool CountOnly { get; init; }

        /// <summary>True to return the most recently created pairs first instead of in key order. Default: false.</summary>
        public bool NewestFirst { get; init; }

        /// <summary>The highest create revision of the returned pairs. Default: null, no limit.</summary>
        public long? MaxCreateRevision { get; init; }

        /// <summary>True to let any member answer from its own state, if the whole transaction consists of reads that allow it. Default: false.</summary>
        public bool Serializable { get; init; }

        /// <summary>The operation in words.</summary>
        public override string ToString() => $"read {Range}";
    }
}
