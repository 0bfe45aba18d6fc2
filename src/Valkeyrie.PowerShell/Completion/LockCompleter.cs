using System.Collections;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes the keys whose locks have a holder.</summary>
public sealed class LockCompleter : CapabilityCompleter<IKvLockStatus>
{
    private protected override IEnumerable<CompletionResult> Complete(IKvLockStatus capability, string word, IDictionary boundParameters)
    {
        var form = boundParameters.Contains("EtcdMutex") ? KvLockForm.EtcdMutex : KvLockForm.Beside;
        return CompletionStore.ReadAtOnce(stop => capability.ListLocksAsync(RangeOf(word), form, stop), static _ => true, Most)
            .Select(held => CompletionWord.Result(held.Key, $"{held:owner} holds it; waiting: {held.Waiting.Count}"));
    }
}
