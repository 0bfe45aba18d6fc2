using System.Management.Automation;

namespace Valkeyrie.PowerShell;

/// <summary>The result of one command of a transaction.</summary>
public sealed class KvOperationOutcome
{
    private KvOperationOutcome(string operation, string key, KvPair? pair, long count)
    {
        Operation = operation;
        Key = key;
        Pair = pair;
        KeyCount = count;
    }

    /// <summary>The verb of the command: Set, Remove or Get.</summary>
    public string Operation { get; }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The pair that was written or read; null for a removal, and for a key that does not exist.</summary>
    public KvPair? Pair { get; }

    /// <summary>The value as text; null if <see cref="Pair"/> is null.</summary>
    public string? Value => Pair?.Value;

    /// <summary>The number of keys that were written, removed or found: 1 or 0.</summary>
    public long KeyCount { get; }

    /// <summary>The key, for views.</summary>
    [Hidden]
    public string DisplayKey => VisibleText.Of(Key);

    /// <summary>Gets the verb and the key.</summary>
    public override string ToString() => $"{Operation} {Key}";

    internal static KvOperationOutcome Of(KvOperation operation, KvOperationResult result) => operation switch
    {
        KvOperation.Put put => new("Set", put.Key, result.Pairs[0], result.Count),
        KvOperation.Delete delete => new("Remove", delete.Range.Text, null, result.Count),
        KvOperation.Read read => new("Get", read.Range.Text, result.Pairs is [var pair, ..] ? pair : null, result.Count),
        _ => throw new ArgumentOutOfRangeException(nameof(operation)),
    };
}
