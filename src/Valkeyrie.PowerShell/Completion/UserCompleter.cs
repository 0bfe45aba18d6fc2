using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Runtime.CompilerServices;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes the names of a store's users.</summary>
public sealed class UserCompleter : IArgumentCompleter
{
    private const int MostUsers = 256;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        if (CompletionStore.Find(fakeBoundParameters) is not { } store || !store.TryGetCapability<IKvAccess>(out var access))
        {
            return [];
        }

        var word = CompletionWord.Read(wordToComplete);
        return CompletionStore.ReadAtOnce(stop => ListAsync(access, stop), name => name.StartsWith(word, StringComparison.OrdinalIgnoreCase), MostUsers)
            .Select(name => CompletionWord.Result(name, name));
    }

    private static async IAsyncEnumerable<string> ListAsync(IKvAccess access, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var name in await access.ListUsersAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return name;
        }
    }
}
