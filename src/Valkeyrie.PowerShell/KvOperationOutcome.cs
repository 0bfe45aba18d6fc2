using System.Management.Automation;

namespace Valkeyrie.PowerShell;

/// <summary>What one command of a transaction gave.</summary>
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

    /// <summary>The pair as written or read; null for a removal, and where there is none to read.</summary>
    public KvPair? Pair { get; }

    /// <summary>The value as text; null where <see cref="Pair"/> is.</summary>
    public string? Value => Pair?.Value;

    /// <summary>How many keys were written, removed or found: 1 or 0.</summary>
    public long KeyCount { get; }

    /// <summary>The key, for views.</summary>
    [Hidden]
    public string DisplayKey => VisibleText.Of(Key);

    /// <summary>Verb and key.</summary>
    public override string ToString() => $"{Operation} {Key}";

    internal static KvOperationOutcome Of(KvOperation operation, KvOperationResult result) => operation switch
    {
        KvOperation.Put put => new("Set", put.Key, result.Pairs[0], result.Count),
        KvOperation.Delete delete => new("Remove", delete.Range.Text, null, result.Count),
        KvOperation.Read read => new("Get", read.Range.Text, result.Pairs is [var pair, ..] ? pair : null, result.Count),
        _ => throw new ArgumentOutOfRangeException(nameof(operation)),
    };
}
