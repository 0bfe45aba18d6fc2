using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes keys, one part of them at a time: from <c>a</c> to <c>app/</c>, from there to <c>app/name</c>.</summary>
public class KeyCompleter : IArgumentCompleter
{
    private const int MostKeys = 1000;

    /// <summary>True to complete only directories.</summary>
    protected virtual bool DirectoriesOnly => false;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        if (CompletionStore.Find(fakeBoundParameters) is not { } store)
        {
            return [];
        }

        var word = CompletionWord.Read(wordToComplete);
        var range = word.Length == 0 ? KvRange.All : KvRange.Prefix(word);
        var options = new KvListOptions { KeysOnly = true, Limit = MostKeys, Serializable = true };
        return CompletionStore.ReadAtOnce(stop => store.ListAsync(range, options, stop), static _ => true, MostKeys, SlashOf(store, word))
            .Select(pair => UpToNextSeparator(pair.Key, word.Length))
            .Where(text => !DirectoriesOnly || text[^1] == KeyRules.Separator)
            .Distinct()
            .Select(text => CompletionWord.Result(text, text));
    }

    // A user who may read a directory, but not all keys that begin with its name, completes the name with its slash.
    private static Func<CancellationToken, IAsyncEnumerable<KvPair>>? SlashOf(IKvStore store, string word) => word.Length == 0 || word[^1] == KeyRules.Separator
        ? null
        : stop => store.ListAsync(KvRange.Directory(word), new KvListOptions { KeysOnly = true, Limit = 1, Serializable = true }, stop);

    private static string UpToNextSeparator(string key, int start) =>
        key.IndexOf(KeyRules.Separator, Math.Min(start, key.Length)) is >= 0 and var separator ? key[..(separator + 1)] : key;
}
