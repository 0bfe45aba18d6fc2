using System.Collections;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes the names of elections with at least one contender.</summary>
public sealed class ElectionCompleter : CapabilityCompleter<IKvElections>
{
    private protected override IEnumerable<CompletionResult> Complete(IKvElections capability, string word, IDictionary boundParameters) =>
        CompletionStore.ReadAtOnce(stop => capability.ListElectionsAsync(RangeOf(word), stop), static _ => true, Most)
            .Select(election => CompletionWord.Result(election.Name, $"{election:value} leads; waiting: {election.Waiting.Count}"));
}
