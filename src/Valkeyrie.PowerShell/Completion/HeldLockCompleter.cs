using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes the keys whose locks this runspace holds.</summary>
public sealed class HeldLockCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = CompletionWord.Read(wordToComplete);
        return LockHolders.HeldHere()
            .Where(held => held.Lock.Key.StartsWith(word, StringComparison.Ordinal))
            .OrderBy(held => held.Lock.Key, StringComparer.Ordinal)
            .Select(held => CompletionWord.Result(held.Lock.Key, $"taken on {held.Store.Info.Address}"));
    }
}
