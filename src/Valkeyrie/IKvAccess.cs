namespace Valkeyrie;

/// <summary>Stores whose users, roles and permissions can be administered.</summary>
public interface IKvAccess
{
    /// <summary>True if the store asks for users.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<bool> IsAuthenticationEnabledAsync(CancellationToken cancellationToken = default);

    /// <summary>Has the store ask for users from now on, once it is sure that <c>root</c> can sign in: whoever has no user is locked out.</summary>
    /// <param name="rootPassword">The password that <c>root</c> gets. A store that asks for no users checks no password, so only one that was just set is known to
    /// be the right one. null leaves it as it is: <c>root</c> signs in with a client certificate.</param>
    /// <param name="cancellationToken">Ends the call; it may have been switched on.</param>
    /// <exception cref="KvUserNotFoundException">There is no user <c>root</c>. Nothing was changed.</exception>
    /// <exception cref="KvInvalidArgumentException">The password is empty, or the user <c>root</c> does not have the role <c>root</c>, and nothing was changed; or
    /// <c>root</c> was added without a password, so that it cannot sign in with one.</exception>
    ValueTask EnableAuthenticationAsync(string? rootPassword, CancellationToken cancellationToken = default);

    /// <summary>Has the store ask for users no longer: everybody may do everything.</summary>
    /// <param name="cancellationToken">Ends the call; it may have been switched off.</param>
    ValueTask DisableAuthenticationAsync(CancellationToken cancellationToken = default);

    /// <summary>The users' names, in order.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<IReadOnlyList<string>> ListUsersAsync(CancellationToken cancellationToken = default);

    /// <summary>A user with its roles.</summary>
    /// <param name="name">The user's name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="KvUserNotFoundException">There is no such user.</exception>
    ValueTask<KvUser> GetUserAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Adds a user.</summary>
    /// <param name="name">The user's name.</param>
    /// <param name="password">The password; null for a user that signs in with a client certificate alone.</param>
    /// <param name="cancellationToken">Ends the call; the user may have been added.</param>
    /// <exception cref="KvUserExistsException">There is such a user.</exception>
    /// <exception cref="KvInvalidArgumentException">The name or the password is empty.</exception>
    ValueTask AddUserAsync(string name, string? password, CancellationToken cancellationToken = default);

    /// <summary>Removes a user.</summary>
    /// <param name="name">The user's name.</param>
    /// <param name="cancellationToken">Ends the call; the user may have been removed.</param>
    ValueTask RemoveUserAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Changes a user's password.</summary>
    /// <param name="name">The user's name.</param>
    /// <param name="password">The new password.</param>
    /// <param name="cancellationToken">Ends the call; the password may have been changed.</param>
    /// <exception cref="KvUserNotFoundException">There is no such user.</exception>
    /// <exception cref="KvInvalidArgumentException">The password is empty; or the user was added without one and keeps to its client certificate, which a store
    /// tells only while it asks for users.</exception>
    ValueTask SetPasswordAsync(string name, string password, CancellationToken cancellationToken = default);

    /// <summary>Gives a user a role.</summary>
    /// <param name="user">The user's name.</param>
    /// <param name="role">The role's name.</param>
    /// <param name="cancellationToken">Ends the call; the role may have been granted.</param>
    ValueTask GrantRoleAsync(string user, string role, CancellationToken cancellationToken = default);

    /// <summary>Takes a role from a user.</summary>
    /// <param name="user">The user's name.</param>
    /// <param name="role">The role's name.</param>
    /// <param name="cancellationToken">Ends the call; the role may have been taken.</param>
    /// <exception cref="KvInvalidArgumentException">The user does not have the role.</exception>
    ValueTask RevokeRoleAsync(string user, string role, CancellationToken cancellationToken = default);

    /// <summary>The roles' names, in order.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<IReadOnlyList<string>> ListRolesAsync(CancellationToken cancellationToken = default);

    /// <summary>A role with its permissions.</summary>
    /// <param name="name">The role's name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="KvRoleNotFoundException">There is no such role.</exception>
    ValueTask<KvRole> GetRoleAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Adds a role, without any permission.</summary>
    /// <param name="name">The role's name.</param>
    /// <param name="cancellationToken">Ends the call; the role may have been added.</param>
    ValueTask AddRoleAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Removes a role, from its users as well.</summary>
    /// <param name="name">The role's name.</param>
    /// <param name="cancellationToken">Ends the call; the role may have been removed.</param>
    ValueTask RemoveRoleAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Permits a role something in a range of keys. A directory is its key and all keys below it, so two permissions of the server.</summary>
    /// <param name="role">The role's name.</param>
    /// <param name="range">The keys.</param>
    /// <param name="access">What is permitted.</param>
    /// <param name="cancellationToken">Ends the call; the permission, or a part of it, may have been granted.</param>
    ValueTask GrantPermissionAsync(string role, KvRange range, KvAccessKind access, CancellationToken cancellationToken = default);

    /// <summary>Takes a permission from a role. Of a directory both parts go: the one of its key and the one of the keys below it, also where the role has only one of them.</summary>
    /// <param name="role">The role's name.</param>
    /// <param name="range">The keys, as they were granted: a part of a range cannot be taken.</param>
    /// <param name="cancellationToken">Ends the call; the permission, or a part of it, may have been taken.</param>
    /// <exception cref="KvInvalidArgumentException">The role has no permission of exactly these keys.</exception>
    ValueTask RevokePermissionAsync(string role, KvRange range, CancellationToken cancellationToken = default);
}

/// <summary>What a permission permits.</summary>
public enum KvAccessKind
{
    /// <summary>To read.</summary>
    Read,

    /// <summary>To write and to remove.</summary>
    Write,

    /// <summary>Both.</summary>
    ReadWrite,
}

/// <summary>A user of a store.</summary>
/// <param name="Name">The name.</param>
/// <param name="Roles">The names of its roles.</param>
public sealed record KvUser(string Name, IReadOnlyList<string> Roles) : IFormattable
{
    /// <summary>A part of the user, fit to be shown: see <see cref="VisibleText"/>.</summary>
    /// <param name="format"><c>name</c> or <c>roles</c>; null, empty or <c>G</c> for all.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">There is no such format.</exception>
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
/// <param name="Permissions">What it permits. The role <c>root</c> of etcd permits all without a permission of its own.</param>
public sealed record KvRole(string Name, IReadOnlyList<KvPermission> Permissions) : IFormattable
{
    /// <summary>A part of the role, fit to be shown: see <see cref="VisibleText"/>.</summary>
    /// <param name="format"><c>name</c> or <c>permissions</c>; null, empty or <c>G</c> for all.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">There is no such format.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => VisibleText.Of($"{Name}: {string.Join(", ", Permissions.Select(permission => $"{permission:G}"))}"),
        "name" => VisibleText.Of(Name),
        "permissions" => VisibleText.Of(string.Join(", ", Permissions.Select(permission => $"{permission:G}"))),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a role. Use name or permissions."),
    };
}

/// <summary>A permission of a role, as the store keeps it.</summary>
/// <param name="Access">What it permits.</param>
/// <param name="Start">The first key of its range, or its only one.</param>
/// <param name="End">The key behind its range; null for a single key, empty for all keys from <paramref name="Start"/> on.</param>
#pragma warning disable CA1711 // the term of the field; nothing here is a CodeAccessPermission
public sealed record KvPermission(KvAccessKind Access, string Start, string? End) : IFormattable
{
    /// <summary>A part of the permission, fit to be shown: see <see cref="VisibleText"/>.</summary>
    /// <param name="format"><c>keys</c>; null, empty or <c>G</c> for all.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">There is no such format.</exception>
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

    // Only where the last character can grow within its byte; any other prefix shows as what it is to the store, a range.
    private string? EndOfPrefix => Start.Length > 0 && Start[^1] < 0x7E ? Start[..^1] + (char)(Start[^1] + 1) : null;
}
#pragma warning restore CA1711
