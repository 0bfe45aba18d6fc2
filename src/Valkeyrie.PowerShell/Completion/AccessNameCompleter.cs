using System.Collections;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes names from a store's access control.</summary>
public abstract class AccessNameCompleter : CapabilityCompleter<IKvAccess>
{
    private protected AccessNameCompleter()
    {
    }

    /// <summary>Lists all names.</summary>
    private protected abstract ValueTask<IReadOnlyList<string>> ListAsync(IKvAccess access, CancellationToken cancellationToken);

    private protected override IEnumerable<CompletionResult> Complete(IKvAccess capability, string word, IDictionary boundParameters) =>
        CompletionStore.ReadAtOnce(stop => ListAsync(capability, stop), name => name.StartsWith(word, StringComparison.OrdinalIgnoreCase), Most)
            .Select(name => CompletionWord.Result(name, name));
}
