using Authpb;
using Etcdserverpb;
using Google.Protobuf;
using Valkeyrie.Engine;
using Valkeyrie.Etcd.Administration.Invocation;
using Valkeyrie.Etcd.Engine;

namespace Valkeyrie.Etcd.Administration;

/// <summary>The users and roles of an etcd cluster. Permissions apply to keys in the store's namespace.</summary>
internal sealed class EtcdAccess(IEtcdCalls calls, KvStoreInfo info) : IKvAccess
{
    // The user and role with a special meaning in etcd (server/auth: rootUser, rootRole).
    private const string Root = "root";

    private readonly Auth.AuthClient _reading = new(new StoreCallInvoker(calls, endpoint: null, isRepeatable: true));
    private readonly Auth.AuthClient _changing = new(new StoreCallInvoker(calls, endpoint: null, isRepeatable: false));
    private readonly KeyCodec _keys = new(info.Namespace);

    public async ValueTask<bool> IsAuthenticationEnabledAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return (await _reading.AuthStatusAsync(new AuthStatusRequest(), cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false)).Enabled;
        }
        catch (KvException e) when (e.Code is KvErrorCode.AuthenticationFailed or KvErrorCode.PermissionDenied)
        {
            // etcd 3.5 and 3.6 report it only to root. A store that requires no sign-in refuses no user.
            return true;
        }
        catch (KvException e) when (e.Code == KvErrorCode.NotSupported)
        {
            return await AsksForUsersAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // etcd before 3.5 does not report it. Only if authentication is enabled does it treat a sign-in without a name as an invalid one.
    private async ValueTask<bool> AsksForUsersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _reading.AuthenticateAsync(new AuthenticateRequest(), cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false);
            return true;
        }
        catch (KvException e) when (e.Code is not (KvErrorCode.Unreachable or KvErrorCode.TimedOut))
        {
            return !e.Message.Contains("not enabled", StringComparison.Ordinal);
        }
    }

    public async ValueTask EnableAuthenticationAsync(string? rootPassword, CancellationToken cancellationToken = default)
    {
        CheckPassword(rootPassword);
        if (!(await GetUserAsync(Root, cancellationToken).ConfigureAwait(false)).Roles.Contains(Root))
        {
            throw new KvInvalidArgumentException($"The user {Root} does not have the role {Root}, so no one could administer the store afterwards. Nothing was changed. Add the role {Root}, and grant it to the user {Root}.");
        }

        if (rootPassword is not null)
        {
            await ChangePasswordAsync(Root, rootPassword, cancellationToken).ConfigureAwait(false);
        }

        await _changing.AuthEnableAsync(new AuthEnableRequest(), cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false);
        if (rootPassword is not null && !await CanSignInAsync(Root, rootPassword, cancellationToken).ConfigureAwait(false))
        {
            await DisableAgainAsync(cancellationToken).ConfigureAwait(false);
            throw HasNoPassword(Root);
        }
    }

    // Only a connection whose client certificate names root may do so; otherwise root's certificate is needed.
    private async ValueTask DisableAgainAsync(CancellationToken cancellationToken)
    {
        try
        {
            await DisableAuthenticationAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (KvException e)
        {
            throw new KvInvalidArgumentException(
                $"The store now requires users to sign in, and {Root} cannot sign in with a password: it was added without one. Connect with a client certificate that names {Root}. ({e.Message})");
        }
    }

    public async ValueTask DisableAuthenticationAsync(CancellationToken cancellationToken = default) =>
        await _changing.AuthDisableAsync(new AuthDisableRequest(), cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<string>> ListUsersAsync(CancellationToken cancellationToken = default) =>
        [.. (await _reading.UserListAsync(new AuthUserListRequest(), cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false)).Users];

    public async ValueTask<KvUser> GetUserAsync(string name, CancellationToken cancellationToken = default)
    {
        var reply = await _reading.UserGetAsync(new AuthUserGetRequest { Name = name }, cancellationToken: cancellationToken).ReplyAboutAsync(user: name).ConfigureAwait(false);
        return new KvUser(name, [.. reply.Roles]);
    }

    public async ValueTask AddUserAsync(string name, string? password, CancellationToken cancellationToken = default)
    {
        CheckName(name, "user");
        CheckPassword(password);
        var request = new AuthUserAddRequest { Name = name, Password = password ?? "", Options = new UserAddOptions { NoPassword = password is null } };
        await _changing.UserAddAsync(request, cancellationToken: cancellationToken).ReplyAboutAsync(user: name).ConfigureAwait(false);
    }

    public async ValueTask RemoveUserAsync(string name, CancellationToken cancellationToken = default) =>
        await _changing.UserDeleteAsync(new AuthUserDeleteRequest { Name = name }, cancellationToken: cancellationToken).ReplyAboutAsync(user: name).ConfigureAwait(false);

    public async ValueTask SetPasswordAsync(string name, string password, CancellationToken cancellationToken = default)
    {
        CheckPassword(password);
        await ChangePasswordAsync(name, password, cancellationToken).ConfigureAwait(false);
        if (!await CanSignInAsync(name, password, cancellationToken).ConfigureAwait(false))
        {
            throw HasNoPassword(name);
        }
    }

    private async ValueTask ChangePasswordAsync(string name, string password, CancellationToken cancellationToken)
    {
        var request = new AuthUserChangePasswordRequest { Name = name, Password = password };
        await _changing.UserChangePasswordAsync(request, cancellationToken: cancellationToken).ReplyAboutAsync(user: name).ConfigureAwait(false);
    }

    // For a user without a password, the server reports success and changes nothing. Only a sign-in shows the result, and the server refuses every sign-in
    // while authentication is disabled.
    private async ValueTask<bool> CanSignInAsync(string name, string password, CancellationToken cancellationToken)
    {
        try
        {
            await _reading.AuthenticateAsync(new AuthenticateRequest { Name = name, Password = password }, cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false);
            return true;
        }
        catch (KvException e) when (e.Code == KvErrorCode.AuthenticationFailed)
        {
            return false;
        }
        catch (KvInvalidArgumentException e) when (e.Message.Contains("not enabled", StringComparison.Ordinal))
        {
            return true;
        }
    }

    public async ValueTask GrantRoleAsync(string user, string role, CancellationToken cancellationToken = default) =>
        await _changing.UserGrantRoleAsync(new AuthUserGrantRoleRequest { User = user, Role = role }, cancellationToken: cancellationToken).ReplyAboutAsync(user, role).ConfigureAwait(false);

    public async ValueTask RevokeRoleAsync(string user, string role, CancellationToken cancellationToken = default) =>
        await _changing.UserRevokeRoleAsync(new AuthUserRevokeRoleRequest { Name = user, Role = role }, cancellationToken: cancellationToken).ReplyAboutAsync(user, role).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<string>> ListRolesAsync(CancellationToken cancellationToken = default) =>
        [.. (await _reading.RoleListAsync(new AuthRoleListRequest(), cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false)).Roles];

    public async ValueTask<KvRole> GetRoleAsync(string name, CancellationToken cancellationToken = default)
    {
        var reply = await _reading.RoleGetAsync(new AuthRoleGetRequest { Role = name }, cancellationToken: cancellationToken).ReplyAboutAsync(role: name).ConfigureAwait(false);
        return new KvRole(name, [.. reply.Perm.Select(PermissionOf)]);
    }

    public async ValueTask AddRoleAsync(string name, CancellationToken cancellationToken = default)
    {
        CheckName(name, "role");
        await _changing.RoleAddAsync(new AuthRoleAddRequest { Name = name }, cancellationToken: cancellationToken).ReplyAboutAsync(role: name).ConfigureAwait(false);
    }

    public async ValueTask RemoveRoleAsync(string name, CancellationToken cancellationToken = default) =>
        await _changing.RoleDeleteAsync(new AuthRoleDeleteRequest { Role = name }, cancellationToken: cancellationToken).ReplyAboutAsync(role: name).ConfigureAwait(false);

    public async ValueTask GrantPermissionAsync(string role, KvRange range, KvAccessKind access, CancellationToken cancellationToken = default)
    {
        foreach (var (key, end) in IntervalsOf(range))
        {
            var permission = new Permission { Key = key, RangeEnd = end, PermType = TypeOf(access) };
            await _changing.RoleGrantPermissionAsync(new AuthRoleGrantPermissionRequest { Name = role, Perm = permission }, cancellationToken: cancellationToken)
                .ReplyAboutAsync(role: role).ConfigureAwait(false);
        }
    }

    public async ValueTask RevokePermissionAsync(string role, KvRange range, CancellationToken cancellationToken = default)
    {
        // Another client may have granted one part of a directory alone, or a call may have been interrupted between the two parts.
        var reply = await _reading.RoleGetAsync(new AuthRoleGetRequest { Role = role }, cancellationToken: cancellationToken).ReplyAboutAsync(role: role).ConfigureAwait(false);
        var granted = IntervalsOf(range).Where(interval => reply.Perm.Any(permission => permission.Key == interval.Key && permission.RangeEnd == interval.End)).ToList();
        if (granted.Count == 0)
        {
            throw new KvInvalidArgumentException($"The role '{role}' has no permission for exactly {range}. A part of a range cannot be revoked: check the permissions of the role.");
        }

        foreach (var (key, end) in granted)
        {
            await _changing.RoleRevokePermissionAsync(new AuthRoleRevokePermissionRequest { Role = role, Key = key, RangeEnd = end }, cancellationToken: cancellationToken)
                .ReplyAboutAsync(role: role).ConfigureAwait(false);
        }
    }

    // A directory includes the key of that name, except the directory of all keys that start with a slash. An unbounded interval ends with a single NUL (etcd's
    // API, RangeRequest).
    private IEnumerable<(ByteString Key, ByteString End)> IntervalsOf(KvRange range)
    {
        ArgumentNullException.ThrowIfNull(range);
        if (range.Kind is KvRangeKind.Key or KvRangeKind.Directory && range.Text.Length > 0)
        {
            yield return (ByteString.CopyFrom(_keys.Encode(range.Text)), ByteString.Empty);
        }

        if (range.Kind != KvRangeKind.Key)
        {
            var interval = _keys.IntervalOf(range);
            var start = interval.Start.Length == 0 ? [0] : interval.Start;
            yield return (ByteString.CopyFrom(start), interval.End is { } end ? ByteString.CopyFrom(end) : ByteString.CopyFrom(0));
        }
    }

    private KvPermission PermissionOf(Permission permission) => new(
        permission.PermType switch
        {
            Permission.Types.Type.Read => KvAccessKind.Read,
            Permission.Types.Type.Write => KvAccessKind.Write,
            _ => KvAccessKind.ReadWrite,
        },
        KeyText.Decode(permission.Key.Span),
        permission.RangeEnd.Length == 0 ? null : permission.RangeEnd.Length == 1 && permission.RangeEnd[0] == 0 ? "" : KeyText.Decode(permission.RangeEnd.Span));

    private static void CheckName(string name, string what)
    {
        if (string.IsNullOrEmpty(name))
        {
            throw new KvInvalidArgumentException($"The name of the {what} must not be empty.");
        }
    }

    private static void CheckPassword(string? password)
    {
        if (password?.Length == 0)
        {
            throw new KvInvalidArgumentException("The password must not be empty: anyone who knows the name could sign in.");
        }
    }

    private static KvInvalidArgumentException HasNoPassword(string user) => new(
        $"The user '{user}' was added without a password and signs in only with a client certificate: the store keeps no password for it. Remove the user, and add it again with a password.");

    private static Permission.Types.Type TypeOf(KvAccessKind access) => access switch
    {
        KvAccessKind.Read => Permission.Types.Type.Read,
        KvAccessKind.Write => Permission.Types.Type.Write,
        _ => Permission.Types.Type.Readwrite,
    };
}
