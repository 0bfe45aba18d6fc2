using System.Management.Automation;

namespace Valkeyrie.PowerShell.Transactions;

/// <summary>How a transaction ended, as Invoke-KvTransaction emits it.</summary>
public sealed class KvTransactionOutcome
{
    internal KvTransactionOutcome(KvTransaction transaction, KvTransactionResult result)
    {
        Succeeded = result.Succeeded;
        Revision = result.Revision;
        Results = [.. (result.Succeeded ? transaction.Then : transaction.Else).Zip(result.Results, KvOperationOutcome.Of)];
    }

    /// <summary>True if the conditions held, so that -Then was done; false if -Else was.</summary>
    public bool Succeeded { get; }

    /// <summary>The store's revision after it, which is that of all its writes.</summary>
    public long Revision { get; }

    /// <summary>What each command of the block that was done gave, in order.</summary>
    public KvOperationOutcome[] Results { get; }

    /// <summary>The results in one line, for views.</summary>
    [Hidden]
    public string DisplayResults => string.Join(", ", Results.Select(r => VisibleText.Of(r.ToString())));
}

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
