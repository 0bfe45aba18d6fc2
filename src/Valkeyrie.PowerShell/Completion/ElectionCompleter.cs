using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes the names of elections in which somebody takes part.</summary>
public sealed class ElectionCompleter : IArgumentCompleter
{
    private const int MostElections = 256;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        if (CompletionStore.Find(fakeBoundParameters) is not { } store || !store.TryGetCapability<IKvElections>(out var elections))
        {
            return [];
        }

        var word = CompletionWord.Read(wordToComplete);
        var range = word.Length == 0 ? KvRange.All : KvRange.Prefix(word);
        return CompletionStore.ReadAtOnce(stop => elections.ListElectionsAsync(range, stop), static _ => true, MostElections)
            .Select(election => CompletionWord.Result(election.Name, $"{election:value} leads; waiting: {election.Waiting.Count}"));
    }
}
