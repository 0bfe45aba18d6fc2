namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes the names of a store's roles.</summary>
public sealed class RoleCompleter : AccessNameCompleter
{
    private protected override ValueTask<IReadOnlyList<string>> ListAsync(IKvAccess access, CancellationToken cancellationToken) => access.ListRolesAsync(cancellationToken);
}
