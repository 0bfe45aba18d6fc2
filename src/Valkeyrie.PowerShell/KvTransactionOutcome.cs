using System.Management.Automation;

namespace Valkeyrie.PowerShell;

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
