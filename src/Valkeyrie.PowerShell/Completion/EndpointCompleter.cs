using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes what Connect-KvStore takes: the names of registered stores, and endpoints: those of the open stores, or their addresses where they have no server, those that the environment names, and the usual one of this machine.</summary>
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
            // Connecting reports the error; a completion has nowhere to report it.
            return [];
        }
    }
}
