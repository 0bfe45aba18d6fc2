namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes the names of a store's users.</summary>
public sealed class UserCompleter : AccessNameCompleter
{
    private protected override ValueTask<IReadOnlyList<string>> ListAsync(IKvAccess access, CancellationToken cancellationToken) => access.ListUsersAsync(cancellationToken);
}
