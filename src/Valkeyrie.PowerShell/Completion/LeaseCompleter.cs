using System.Collections;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes the ids of leases, in hexadecimal.</summary>
public sealed class LeaseCompleter : CapabilityCompleter<IKvLeases>
{
    private protected override IEnumerable<CompletionResult> Complete(IKvLeases capability, string word, IDictionary boundParameters) =>
        CompletionStore.ReadAtOnce(capability.ListLeasesAsync, lease => $"{lease}".StartsWith(word, StringComparison.OrdinalIgnoreCase), Most).Select(Result);

    // In quotes: in a list, PowerShell would read digits alone as a decimal number.
    private static CompletionResult Result(KvLease lease) => new(
        $"'{lease}'", $"{lease}", CompletionResultType.ParameterValue, $"{lease.Remaining} of {lease.Ttl} left, keys: {lease:keys}");
}
