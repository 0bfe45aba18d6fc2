using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes the endpoints of a command's store.</summary>
public sealed class StoreEndpointCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        var word = CompletionWord.Read(wordToComplete);
        return CompletionStore.Find(fakeBoundParameters) is not { } store ? [] : store.Info.Endpoints
            .Where(endpoint => endpoint.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .Select(endpoint => CompletionWord.Result(endpoint, endpoint));
    }
}
