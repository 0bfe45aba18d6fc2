using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes names of what only some stores have: nothing where there is no store, or one without it.</summary>
/// <typeparam name="T">The capability that knows them.</typeparam>
public abstract class CapabilityCompleter<T> : IArgumentCompleter
    where T : class
{
    /// <summary>The most names that are offered.</summary>
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

    /// <summary>The intended names.</summary>
    /// <param name="capability">Knows them.</param>
    /// <param name="word">What has been typed of the name.</param>
    /// <param name="boundParameters">What has been typed of other parameters.</param>
    private protected abstract IEnumerable<CompletionResult> Complete(T capability, string word, IDictionary boundParameters);

    /// <summary>The range of the names that begin with a word.</summary>
    private protected static KvRange RangeOf(string word) => word.Length == 0 ? KvRange.All : KvRange.Prefix(word);

    private static bool TryFind(IDictionary boundParameters, [NotNullWhen(true)] out T? capability)
    {
        capability = null;
        return CompletionStore.Find(boundParameters)?.TryGetCapability(out capability) == true && capability is not null;
    }
}
