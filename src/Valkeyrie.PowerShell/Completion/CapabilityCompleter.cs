using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes names of a capability. Without a store, or if the store lacks the capability, it completes nothing.</summary>
/// <typeparam name="T">The capability that lists the names.</typeparam>
public abstract class CapabilityCompleter<T> : IArgumentCompleter
    where T : class
{
    /// <summary>The maximum number of offered names.</summary>
    private protected const int Most = 256;

    private protected CapabilityCompleter()
    {
    }

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        return TryFind(fakeBoundParameters, out var capability) ? Complete(capability, CompletionWord.Read(wordToComplete), fakeBoundParameters) : [];
    }

    /// <summary>Lists the names that complete a word.</summary>
    /// <param name="capability">The capability of the store.</param>
    /// <param name="word">The typed part of the name.</param>
    /// <param name="boundParameters">The typed arguments of other parameters.</param>
    private protected abstract IEnumerable<CompletionResult> Complete(T capability, string word, IDictionary boundParameters);

    /// <summary>Gets the range of the names that begin with a word.</summary>
    private protected static KvRange RangeOf(string word) => word.Length == 0 ? KvRange.All : KvRange.Prefix(word);

    private static bool TryFind(IDictionary boundParameters, [NotNullWhen(true)] out T? capability)
    {
        capability = null;
        return CompletionStore.Find(boundParameters)?.TryGetCapability(out capability) == true && capability is not null;
    }
}
