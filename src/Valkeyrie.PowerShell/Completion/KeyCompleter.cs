using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes keys, one part of them at a time: from <c>a</c> to <c>app/</c>, from there to <c>app/name</c>. Says nothing rather than
/// something late: what the store does not answer at once is left out.</summary>
public class KeyCompleter : IArgumentCompleter
{
    private const int MostKeys = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    /// <summary>True to complete directories alone.</summary>
    protected virtual bool DirectoriesOnly => false;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        var named = fakeBoundParameters["Store"];
        var store = named is null ? OpenStores.Current?.Store : StoreArgument.TryResolve(named, out var found, out _) ? found : null;
        if (store is null)
        {
            return [];
        }

        var word = CompletionWord.Read(wordToComplete);
        return ListKeys(store, word)
            .Select(key => UpToNextSeparator(key, word.Length))
            .Where(text => !DirectoriesOnly || text[^1] == KeyRules.Separator)
            .Distinct()
            .Select(text => CompletionWord.Result(text, text));
    }

    private static string UpToNextSeparator(string key, int start) =>
        key.IndexOf(KeyRules.Separator, Math.Min(start, key.Length)) is >= 0 and var separator ? key[..(separator + 1)] : key;

    private static List<string> ListKeys(IKvStore store, string prefix)
    {
        using var timeout = new CancellationTokenSource(Patience);
        var keys = new List<string>();
        var listing = Task.Run(() => ListKeysAsync(store, prefix, keys, timeout.Token));
        return listing.Wait(Patience * 2) ? keys : [];
    }

    private static async Task ListKeysAsync(IKvStore store, string prefix, List<string> keys, CancellationToken cancellationToken)
    {
        try
        {
            var range = prefix.Length == 0 ? KvRange.All : KvRange.Prefix(prefix);
            var options = new KvListOptions { KeysOnly = true, Limit = MostKeys, Serializable = true };
            await foreach (var pair in store.ListAsync(range, options, cancellationToken).ConfigureAwait(false))
            {
                keys.Add(pair.Key);
            }
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // What has come by now is completed; there is nobody to tell about the rest.
        }
    }
}
