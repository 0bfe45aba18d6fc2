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

    /// <summary>The registered stores whose names begin with a word.</summary>
    /// <param name="wordToComplete">The word as it is typed.</param>
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
            // Connecting reports the error; a completion has nowhere to report it.
            return [];
        }
    }
}
