using System.Management.Automation;

namespace Valkeyrie.PowerShell;

/// <summary>The result of a transaction, as Invoke-KvTransaction emits it.</summary>
public sealed class KvTransactionOutcome
{
    internal KvTransactionOutcome(KvTransaction transaction, KvTransactionResult result)
    {
        Succeeded = result.Succeeded;
        Revision = result.Revision;
        Results = [.. (result.Succeeded ? transaction.Then : transaction.Else).Zip(result.Results, KvOperationOutcome.Of)];
    }

    /// <summary>True if the conditions held and -Then was applied; false if -Else was applied.</summary>
    public bool Succeeded { get; }

    /// <summary>The revision of the store after the transaction, which all its writes have.</summary>
    public long Revision { get; }

    /// <summary>The results of the commands in the applied block, in order.</summary>
    public KvOperationOutcome[] Results { get; }

    /// <summary>The results in one line, for views.</summary>
    [Hidden]
    public string DisplayResults => string.Join(", ", Results.Select(r => VisibleText.Of(r.ToString())));
}
