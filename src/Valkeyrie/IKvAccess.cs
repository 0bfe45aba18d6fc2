namespace Valkeyrie;

/// <summary>The capability to administer users, roles and permissions.</summary>
public interface IKvAccess
{
    /// <summary>Checks whether the store requires users to sign in.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<bool> IsAuthenticationEnabledAsync(CancellationToken cancellationToken = default);

    /// <summary>Requires users to sign in from now on. Clients without a user lose access.</summary>
    /// <remarks>The call first checks that the user <c>root</c> has the role <c>root</c>. If <c>root</c> then cannot sign in with the password, it disables
    /// authentication again.</remarks>
    /// <param name="rootPassword">The new password of <c>root</c>. It is set because a store that requires no sign-in does not check passwords. Null keeps the
    /// present one, for a <c>root</c> that signs in with a client certificate.</param>
    /// <param name="cancellationToken">Ends the call; authentication may already be enabled.</param>
    /// <exception cref="KvUserNotFoundException">The user <c>root</c> does not exist. Nothing was changed.</exception>
    /// <exception cref="KvInvalidArgumentException">The password is empty, or the user <c>root</c> does not have the role <c>root</c>; nothing was changed. Or
    /// <c>root</c> was added without a password and cannot sign in with one.</exception>
    ValueTask EnableAuthenticationAsync(string? rootPassword, CancellationToken cancellationToken = default);

    /// <summary>Stops requiring users to sign in. Every client then has full access.</summary>
    /// <param name="cancellationToken">Ends the call; authentication may already be disabled.</param>
    ValueTask DisableAuthenticationAsync(CancellationToken cancellationToken = default);

    /// <summary>Lists the names of the users, in the server's order.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<IReadOnlyList<string>> ListUsersAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads a user with its roles.</summary>
    /// <param name="name">The user's name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="KvUserNotFoundException">The user does not exist.</exception>
    ValueTask<KvUser> GetUserAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Adds a user.</summary>
    /// <param name="name">The user's name.</param>
    /// <param name="password">The password; null for a user that signs in only with a client certificate.</param>
    /// <param name="cancellationToken">Ends the call; the user may have been added.</param>
    /// <exception cref="KvUserExistsException">The user already exists.</exception>
    /// <exception cref="KvInvalidArgumentException">The name or the password is empty.</exception>
    ValueTask AddUserAsync(string name, string? password, CancellationToken cancellationToken = default);

    /// <summary>Removes a user.</summary>
    /// <param name="name">The user's name.</param>
    /// <param name="cancellationToken">Ends the call; the user may have been removed.</param>
    /// <exception cref="KvUserNotFoundException">The user does not exist.</exception>
    ValueTask RemoveUserAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Changes a user's password.</summary>
    /// <param name="name">The user's name.</param>
    /// <param name="password">The new password.</param>
    /// <param name="cancellationToken">Ends the call; the password may have been changed.</param>
    /// <exception cref="KvUserNotFoundException">The user does not exist.</exception>
    /// <exception cref="KvInvalidArgumentException">The password is empty; or the user was added without one and signs in only with a client certificate. A
    /// store reports the latter only while it requires users to sign in.</exception>
    ValueTask SetPasswordAsync(string name, string password, CancellationToken cancellationToken = default);

    /// <summary>Grants a role to a user.</summary>
    /// <param name="user">The user's name.</param>
    /// <param name="role">The role's name.</param>
    /// <param name="cancellationToken">Ends the call; the role may have been granted.</param>
    /// <exception cref="KvUserNotFoundException">The user does not exist.</exception>
    /// <exception cref="KvRoleNotFoundException">The role does not exist.</exception>
    ValueTask GrantRoleAsync(string user, string role, CancellationToken cancellationToken = default);

    /// <summary>Revokes a role of a user.</summary>
    /// <param name="user">The user's name.</param>
    /// <param name="role">The role's name.</param>
    /// <param name="cancellationToken">Ends the call; the role may have been revoked.</param>
    /// <exception cref="KvUserNotFoundException">The user does not exist.</exception>
    /// <exception cref="KvInvalidArgumentException">The user does not have the role.</exception>
    ValueTask RevokeRoleAsync(string user, string role, CancellationToken cancellationToken = default);

    /// <summary>Lists the names of the roles, in the server's order.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<IReadOnlyList<string>> ListRolesAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads a role with its permissions.</summary>
    /// <param name="name">The role's name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="KvRoleNotFoundException">The role does not exist.</exception>
    ValueTask<KvRole> GetRoleAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Adds a role without permissions.</summary>
    /// <param name="name">The role's name.</param>
    /// <param name="cancellationToken">Ends the call; the role may have been added.</param>
    /// <exception cref="KvRoleExistsException">The role already exists.</exception>
    /// <exception cref="KvInvalidArgumentException">The name is empty.</exception>
    ValueTask AddRoleAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Removes a role and revokes it from its users.</summary>
    /// <param name="name">The role's name.</param>
    /// <param name="cancellationToken">Ends the call; the role may have been removed.</param>
    /// <exception cref="KvRoleNotFoundException">The role does not exist.</exception>
    ValueTask RemoveRoleAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Grants a role a permission for a range of keys. For a directory the server stores two permissions: one for the key of that name, one for the
    /// keys below it.</summary>
    /// <param name="role">The role's name.</param>
    /// <param name="range">The keys.</param>
    /// <param name="access">The permitted access.</param>
    /// <param name="cancellationToken">Ends the call; the permission, or a part of it, may have been granted.</param>
    /// <exception cref="KvRoleNotFoundException">The role does not exist.</exception>
    ValueTask GrantPermissionAsync(string role, KvRange range, KvAccessKind access, CancellationToken cancellationToken = default);

    /// <summary>Revokes a permission of a role. For a directory it revokes both permissions, or the one that the role has.</summary>
    /// <param name="role">The role's name.</param>
    /// <param name="range">The keys, exactly as they were granted: a part of a range cannot be revoked.</param>
    /// <param name="cancellationToken">Ends the call; the permission, or a part of it, may have been revoked.</param>
    /// <exception cref="KvRoleNotFoundException">The role does not exist.</exception>
    /// <exception cref="KvInvalidArgumentException">The role has no permission for exactly these keys.</exception>
    ValueTask RevokePermissionAsync(string role, KvRange range, CancellationToken cancellationToken = default);
}

/// <summary>The access that a permission grants.</summary>
public enum KvAccessKind
{
    /// <summary>Reading.</summary>
    Read,

    /// <summary>Writing and removing.</summary>
    Write,

    /// <summary>Reading, writing and removing.</summary>
    ReadWrite,
}

/// <summary>A user of a store.</summary>
/// <param name="Name">The name.</param>
/// <param name="Roles">The names of the user's roles.</param>
public sealed record KvUser(string Name, IReadOnlyList<string> Roles) : IFormattable
{
    /// <summary>Formats a part of the user as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>name</c> or <c>roles</c>; null, empty or <c>G</c> for all.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => VisibleText.Of($"{Name}: {string.Join(", ", Roles)}"),
        "name" => VisibleText.Of(Name),
        "roles" => VisibleText.Of(string.Join(", ", Roles)),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a user. Use name or roles."),
    };
}

/// <summary>A role of a store.</summary>
/// <param name="Name">The name.</param>
/// <param name="Permissions">The permissions. etcd's role <c>root</c> has full access without any.</param>
public sealed record KvRole(string Name, IReadOnlyList<KvPermission> Permissions) : IFormattable
{
    /// <summary>Formats a part of the role as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>name</c> or <c>permissions</c>; null, empty or <c>G</c> for all.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => VisibleText.Of($"{Name}: {string.Join(", ", Permissions.Select(permission => $"{permission:G}"))}"),
        "name" => VisibleText.Of(Name),
        "permissions" => VisibleText.Of(string.Join(", ", Permissions.Select(permission => $"{permission:G}"))),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a role. Use name or permissions."),
    };
}

/// <summary>A permission of a role, as the store keeps it.</summary>
/// <param name="Access">The permitted access.</param>
/// <param name="Start">The first key of the range, or the single key.</param>
/// <param name="End">The key after the range; null for a single key, empty for all keys from <paramref name="Start"/> on.</param>
#pragma warning disable CA1711 // the established term; not a CodeAccessPermission
public sealed record KvPermission(KvAccessKind Access, string Start, string? End) : IFormattable
{
    /// <summary>Formats a part of the permission as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>keys</c>; null, empty or <c>G</c> for all.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => VisibleText.Of($"{Access} {Keys}"),
        "keys" => VisibleText.Of(Keys),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a permission. Use keys."),
    };

    private string Keys => End switch
    {
        null => $"key '{Start}'",
        "" when Start == "\0" => "all keys",
        "" => $"'{Start}' and all keys after it",
        _ when End == EndOfPrefix => $"prefix '{Start}'",
        _ => $"'{Start}' to before '{End}'",
    };

    // Only if the last character can be incremented within its byte. Any other prefix is shown as the store keeps it: a range.
    private string? EndOfPrefix => Start.Length > 0 && Start[^1] < 0x7E ? Start[..^1] + (char)(Start[^1] + 1) : null;
}
#pragma warning restore CA1711
