using System.Globalization;
using System.Text;

namespace Valkeyrie;

/// <summary>Stores with transactions: several conditions and operations as one atomic step.</summary>
public interface IKvTransactions
{
    /// <summary>Checks the conditions and does <see cref="KvTransaction.Then"/> if all hold, else <see cref="KvTransaction.Else"/>.</summary>
    /// <param name="transaction">What to check and do.</param>
    /// <param name="cancellationToken">Ends the call early; the transaction may still have been made.</param>
    ValueTask<KvTransactionResult> CommitAsync(KvTransaction transaction, CancellationToken cancellationToken = default);
}

/// <summary>Conditions and what to do when they hold and when they do not.</summary>
public sealed record KvTransaction
{
    /// <summary>All of these must hold. None: they do.</summary>
    public IReadOnlyList<KvCondition> If { get; init; } = [];

    /// <summary>Done, in order, if the conditions hold. No key may be written twice.</summary>
    public IReadOnlyList<KvOperation> Then { get; init; } = [];

    /// <summary>Done, in order, if a condition does not hold. No key may be written twice.</summary>
    public IReadOnlyList<KvOperation> Else { get; init; } = [];

    /// <summary>Conditions and operations in words.</summary>
    public override string ToString() =>
        $"{(If.Count == 0 ? "" : $"if {string.Join(" and ", If)}, ")}then {Words(Then)}{(Else.Count == 0 ? "" : $"; else {Words(Else)}")}";

    private static string Words(IReadOnlyList<KvOperation> operations) => operations.Count == 0 ? "nothing" : string.Join(", ", operations);
}

/// <summary>How a transaction ended.</summary>
/// <param name="Succeeded">True if the conditions held.</param>
/// <param name="Revision">The store's revision after it.</param>
/// <param name="Results">One result for each operation done, in order.</param>
public sealed record KvTransactionResult(bool Succeeded, long Revision, IReadOnlyList<KvOperationResult> Results)
{
    /// <summary>Which history of the store the revision belongs to: a number that distinguishes two histories, for example after a store was restored. 0 (the default)
    /// where the store knows of one alone.</summary>
    public long History { get; init; }
}

/// <summary>What one operation of a transaction gave.</summary>
/// <param name="Pairs">The pairs read by a read; the pair written by a put; empty for a delete.</param>
/// <param name="Count">For a read all pairs that its range holds, whatever its limit; for a delete the keys removed; for a put 1.</param>
public sealed record KvOperationResult(IReadOnlyList<KvPair> Pairs, long Count);

/// <summary>What a condition looks at.</summary>
public enum KvConditionTarget
{
    /// <summary><see cref="KvPair.Version"/>; 0 for a missing key.</summary>
    Version,

    /// <summary><see cref="KvPair.CreateRevision"/>; 0 for a missing key.</summary>
    CreateRevision,

    /// <summary><see cref="KvPair.Revision"/>; 0 for a missing key.</summary>
    Revision,

    /// <summary>The value's bytes. A missing key has none: no comparison with it holds.</summary>
    Value,

    /// <summary>The lease that the key is attached to (<see cref="KvPair.LeaseId"/>); 0 for a key without one, and for a missing key.</summary>
    Lease,
}

/// <summary>How a condition compares.</summary>
public enum KvConditionOperator
{
    /// <summary>The same.</summary>
    Equal,

    /// <summary>Greater than the operand.</summary>
    Greater,

    /// <summary>Less than the operand.</summary>
    Less,

    /// <summary>Not the same.</summary>
    NotEqual,
}

/// <summary>A comparison that must hold for every key of a range. For a range without keys it is made once, as for a missing key.</summary>
/// <param name="Range">The key or keys looked at.</param>
/// <param name="Target">What of them is looked at.</param>
/// <param name="Operator">How it is compared.</param>
/// <param name="Number">What it is compared with, for all targets but the value.</param>
/// <param name="Value">What it is compared with, for the value.</param>
public sealed record KvCondition(KvRange Range, KvConditionTarget Target, KvConditionOperator Operator, long Number, ReadOnlyMemory<byte> Value = default)
    : IFormattable
{
    private const int ShownBytes = 40;

    /// <summary>The key exists.</summary>
    /// <param name="key">The key.</param>
    public static KvCondition Exists(string key) => new(KvRange.Key(key), KvConditionTarget.CreateRevision, KvConditionOperator.Greater, 0);

    /// <summary>The key does not exist.</summary>
    /// <param name="key">The key.</param>
    public static KvCondition Missing(string key) => new(KvRange.Key(key), KvConditionTarget.CreateRevision, KvConditionOperator.Equal, 0);

    /// <summary>The key is at this revision.</summary>
    /// <param name="key">The key.</param>
    /// <param name="revision">The revision.</param>
    public static KvCondition AtRevision(string key, long revision) => new(KvRange.Key(key), KvConditionTarget.Revision, KvConditionOperator.Equal, revision);

    /// <summary>The key exists and is attached to this lease.</summary>
    /// <param name="key">The key.</param>
    /// <param name="leaseId">The lease.</param>
    public static KvCondition HasLease(string key, long leaseId) => new(KvRange.Key(key), KvConditionTarget.Lease, KvConditionOperator.Equal, leaseId);

    /// <summary>The comparison in words; of a long value, its beginning.</summary>
    public override string ToString() => (Target, Operator, Number) switch
    {
        (KvConditionTarget.CreateRevision, KvConditionOperator.Greater, 0) => $"{Range} exists",
        (KvConditionTarget.CreateRevision, KvConditionOperator.Equal, 0) => $"{Range} is missing",
        (KvConditionTarget.Value, _, _) => $"{Target} of {Range} is {Operator} '{ValueText}'",
        (KvConditionTarget.Lease, _, _) => $"{Target} of {Range} is {Operator} {Number:x}",
        _ => $"{Target} of {Range} is {Operator} {Number}",
    };

    /// <summary>A part of the condition, fit to be shown: see <see cref="VisibleText"/>.</summary>
    /// <param name="format"><c>key</c> for the key or range; <c>operand</c> for what is compared with; null, empty or <c>G</c> for the comparison in words.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">There is no such format.</exception>
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
    /// <param name="Range">Which; a directory's own key is not among them.</param>
    public sealed record Delete(KvRange Range) : KvOperation
    {
        /// <summary>The operation in words.</summary>
        public override string ToString() => $"delete {Range}";
    }

    /// <summary>Reads keys.</summary>
    /// <param name="Range">Which.</param>
    public sealed record Read(KvRange Range) : KvOperation
    {
        /// <summary>Read at this older revision, from 1; null (the default) for the one at which the transaction is made.</summary>
        public long? Revision { get; init; }

        /// <summary>The most pairs to give, from 1; null (the default) for all.</summary>
        public long? Limit { get; init; }

        /// <summary>True to leave the values out (<see cref="KvPair.KeyOnly"/>). Default: false.</summary>
        public bool KeysOnly { get; init; }

        /// <summary>True to give no pairs, only their number (<see cref="KvOperationResult.Count"/>). Default: false.</summary>
        public bool CountOnly { get; init; }

        /// <summary>True to give the pairs that were created last first, instead of in key order. Default: false.</summary>
        public bool NewestFirst { get; init; }

        /// <summary>Only pairs created at this revision or before; null (the default) for all.</summary>
        public long? MaxCreateRevision { get; init; }

        /// <summary>True to let any member answer from what it knows, where the whole transaction only reads and allows it. Default: false.</summary>
        public bool Serializable { get; init; }

        /// <summary>The operation in words.</summary>
        public override string ToString() => $"read {Range}";
    }
}
