using System.Collections;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes the ids of a cluster's members from the beginning of an id or a name.</summary>
public sealed class MemberCompleter : CapabilityCompleter<IKvMembers>
{
    private protected override IEnumerable<CompletionResult> Complete(IKvMembers capability, string word, IDictionary boundParameters) =>
        CompletionStore.ReadAtOnce(capability.ListMembersAsync, member => IsMeant(member, word), Most)
            .Select(member => CompletionWord.Result(member.Id, $"{member:name} {(member.IsLearner ? "(learner) " : "")}{member:peers}".TrimStart()));

    private static bool IsMeant(KvMember member, string word) =>
        member.Id.StartsWith(word, StringComparison.OrdinalIgnoreCase) || member.Name.StartsWith(word, StringComparison.OrdinalIgnoreCase);
}
