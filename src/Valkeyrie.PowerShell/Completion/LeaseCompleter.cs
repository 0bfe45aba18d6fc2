using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes the numbers of leases, in hexadecimal.</summary>
public sealed class LeaseCompleter : IArgumentCompleter
{
    private const int MostLeases = 256;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        if (CompletionStore.Find(fakeBoundParameters) is not { } store || !store.TryGetCapability<IKvLeases>(out var leases))
        {
            return [];
        }

        var word = CompletionWord.Read(wordToComplete);
        return CompletionStore.ReadAtOnce(leases.ListLeasesAsync, lease => $"{lease}".StartsWith(word, StringComparison.OrdinalIgnoreCase), MostLeases)
            .Select(lease => Result(lease));
    }

    // In quotes: digits alone, or with an e among them, would be taken for a decimal number.
    private static CompletionResult Result(KvLease lease) => new(
        $"'{lease}'", $"{lease}", CompletionResultType.ParameterValue, $"{lease.Remaining} of {lease.Ttl} left, keys: {lease:keys}");
}
