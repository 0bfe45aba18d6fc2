using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes the ids of a cluster's members. What is typed may be the beginning of an id or of a name.</summary>
public sealed class MemberCompleter : IArgumentCompleter
{
    // No cluster has as many.
    private const int MostMembers = 256;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        if (CompletionStore.Find(fakeBoundParameters) is not { } store || !store.TryGetCapability<IKvMembers>(out var members))
        {
            return [];
        }

        var word = CompletionWord.Read(wordToComplete);
        return CompletionStore.ReadAtOnce(stop => ListAsync(members, stop), member => IsMeant(member, word), MostMembers)
            .Select(member => CompletionWord.Result(member.Id, $"{member:name} {(member.IsLearner ? "(learner) " : "")}{member:peers}".TrimStart()));
    }

    private static bool IsMeant(KvMember member, string word) =>
        member.Id.StartsWith(word, StringComparison.OrdinalIgnoreCase) || member.Name.StartsWith(word, StringComparison.OrdinalIgnoreCase);

    private static async IAsyncEnumerable<KvMember> ListAsync(
        IKvMembers members, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var member in await members.ListMembersAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return member;
        }
    }
}
