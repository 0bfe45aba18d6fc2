using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes the names of registered stores.</summary>
public sealed class RegisteredStoreCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) => Complete(wordToComplete);

    /// <summary>Lists the registered stores whose names begin with a word.</summary>
    /// <param name="wordToComplete">The typed word.</param>
    internal static IEnumerable<CompletionResult> Complete(string? wordToComplete)
    {
        var word = CompletionWord.Read(wordToComplete);
        try
        {
            return StoreRegister.Read()
                .Where(s => s.Name.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                .Select(s => CompletionWord.Result(s.Name, s.Address));
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            // Connecting reports the error; a completion cannot.
            return [];
        }
    }
}
