using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes the names of open stores; after Get-KvStore -Registered, those of registered stores.</summary>
public sealed class StoreCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        fakeBoundParameters?.Contains("Registered") == true
            ? RegisteredStoreCompleter.Complete(wordToComplete)
            : from connection in OpenStores.List()
              where CompletionWord.Read(wordToComplete) is var word && connection.Name.StartsWith(word, StringComparison.OrdinalIgnoreCase)
              select CompletionWord.Result(connection.Name, connection.Address);
}
