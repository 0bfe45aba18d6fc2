using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes the argument of Connect-KvStore: the names of registered stores; the endpoints of open stores, or the addresses of those without a
/// server; the endpoints of the environment; and the default endpoint of this machine.</summary>
public sealed class EndpointCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = CompletionWord.Read(wordToComplete);
        return RegisteredStoreCompleter.Complete(wordToComplete).Concat(OpenStores.List().SelectMany(c => c.ApiVersion is null ? [c.Address] : c.Endpoints)
            .Concat(EtcdEnvironment.ReadEndpoints())
            .Concat(ReadConsul())
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Where(e => e.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .Select(e => CompletionWord.Result(e, e)));
    }

    private static IEnumerable<string> ReadConsul()
    {
        try
        {
            return ConsulEnvironment.NamedAddress is { } address ? [address] : [];
        }
        catch (KvInvalidArgumentException)
        {
            // Connecting reports the error; a completion cannot.
            return [];
        }
    }
}
