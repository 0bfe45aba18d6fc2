using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes the keys whose locks somebody holds.</summary>
public sealed class LockCompleter : IArgumentCompleter
{
    private const int MostLocks = 256;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        if (CompletionStore.Find(fakeBoundParameters)?.TryGetCapability<IKvLockStatus>(out var store) != true)
        {
            return [];
        }

        var word = CompletionWord.Read(wordToComplete);
        var range = word.Length == 0 ? KvRange.All : KvRange.Prefix(word);
        var form = fakeBoundParameters.Contains("EtcdMutex") ? KvLockForm.EtcdMutex : KvLockForm.Beside;
        return CompletionStore.ReadAtOnce(stop => store!.ListLocksAsync(range, form, stop), static _ => true, MostLocks)
            .Select(held => CompletionWord.Result(held.Key, $"{held:owner} holds it; waiting: {held.Waiting.Count}"));
    }
}
