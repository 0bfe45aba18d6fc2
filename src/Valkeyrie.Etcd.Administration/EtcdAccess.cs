using Authpb;
using Etcdserverpb;
using Google.Protobuf;
using Valkeyrie.Engine;
using Valkeyrie.Etcd.Administration.Invocation;
using Valkeyrie.Etcd.Engine;

namespace Valkeyrie.Etcd.Administration;

/// <summary>The users and roles of an etcd cluster. Permissions are about keys in the store's namespace.</summary>
internal sealed class EtcdAccess(IEtcdCalls calls, KvStoreInfo info) : IKvAccess
{
    private readonly Auth.AuthClient _reading = new(new StoreCallInvoker(calls, endpoint: null, isRepeatable: true));
    private readonly Auth.AuthClient _changing = new(new StoreCallInvoker(calls, endpoint: null, isRepeatable: false));
    private readonly KeyCodec _keys = new(info.Namespace);

    public async ValueTask<bool> IsAuthenticationEnabledAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return (await _reading.AuthStatusAsync(new AuthStatusRequest(), cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false)).Enabled;
        }
        catch (KvException e) when (e.Code == KvErrorCode.NotSupported)
        {
            return await AsksForUsersAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // etcd before 3.5 does not tell. It answers a sign-in without a name as what it is only if it asks for users at all.
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

    public async ValueTask EnableAuthenticationAsync(CancellationToken cancellationToken = default) =>
        await _changing.AuthEnableAsync(new AuthEnableRequest(), cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false);

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
        var request = new AuthUserAddRequest { Name = name, Password = password ?? "", Options = new UserAddOptions { NoPassword = password is null } };
        await _changing.UserAddAsync(request, cancellationToken: cancellationToken).ReplyAboutAsync(user: name).ConfigureAwait(false);
    }

    public async ValueTask RemoveUserAsync(string name, CancellationToken cancellationToken = default) =>
        await _changing.UserDeleteAsync(new AuthUserDeleteRequest { Name = name }, cancellationToken: cancellationToken).ReplyAboutAsync(user: name).ConfigureAwait(false);

    public async ValueTask SetPasswordAsync(string name, string password, CancellationToken cancellationToken = default)
    {
        var request = new AuthUserChangePasswordRequest { Name = name, Password = password };
        await _changing.UserChangePasswordAsync(request, cancellationToken: cancellationToken).ReplyAboutAsync(user: name).ConfigureAwait(false);
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

    public async ValueTask AddRoleAsync(string name, CancellationToken cancellationToken = default) =>
        await _changing.RoleAddAsync(new AuthRoleAddRequest { Name = name }, cancellationToken: cancellationToken).ReplyAboutAsync(role: name).ConfigureAwait(false);

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
        foreach (var (key, end) in IntervalsOf(range))
        {
            await _changing.RoleRevokePermissionAsync(new AuthRoleRevokePermissionRequest { Role = role, Key = key, RangeEnd = end }, cancellationToken: cancellationToken)
                .ReplyAboutAsync(role: role).ConfigureAwait(false);
        }
    }

    // A directory is the key of that name, too. The end of an interval without one is a single NUL (etcd's API, RangeRequest).
    private IEnumerable<(ByteString Key, ByteString End)> IntervalsOf(KvRange range)
    {
        ArgumentNullException.ThrowIfNull(range);
        if (range.Kind is KvRangeKind.Key or KvRangeKind.Directory)
        {
            yield return (ByteString.CopyFrom(_keys.Encode(range.Text.TrimEnd('/'))), ByteString.Empty);
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

    private static Permission.Types.Type TypeOf(KvAccessKind access) => access switch
    {
        KvAccessKind.Read => Permission.Types.Type.Read,
        KvAccessKind.Write => Permission.Types.Type.Write,
        _ => Permission.Types.Type.Readwrite,
    };
}
