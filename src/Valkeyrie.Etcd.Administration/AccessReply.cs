using Grpc.Core;
using Valkeyrie.Etcd.Administration.Invocation;

namespace Valkeyrie.Etcd.Administration;

/// <summary>Converts the replies to calls about users and roles. The server's refusals name neither the user nor the role; these errors do.</summary>
internal static class AccessReply
{
    /// <summary>Awaits the reply.</summary>
    /// <param name="call">The call.</param>
    /// <param name="user">The user of the call; null for none.</param>
    /// <param name="role">The role of the call; null for none.</param>
    public static async ValueTask<T> ReplyAboutAsync<T>(this AsyncUnaryCall<T> call, string? user = null, string? role = null)
    {
        try
        {
            return await call.ReplyAsync().ConfigureAwait(false);
        }
        catch (KvException e) when (Named(e, user, role) is { } named)
        {
            throw named;
        }
    }

    // The texts of etcd's api/v3rpc/rpctypes, the same in all of its versions.
    private static KvException? Named(KvException e, string? user, string? role)
    {
        bool Says(string reason) => e.Message.Contains(reason, StringComparison.OrdinalIgnoreCase);
        return user is not null && Says("user name not found") ? new KvUserNotFoundException(user, e.Endpoint)
            : user is not null && Says("user name already exists") ? new KvUserExistsException(user, e.Endpoint)
            : role is not null && Says("role name not found") ? new KvRoleNotFoundException(role, e.Endpoint)
            : role is not null && Says("role name already exists") ? new KvRoleExistsException(role, e.Endpoint)
            : user is not null && role is not null && Says("role is not granted to the user") ? new KvInvalidArgumentException($"The user '{user}' does not have the role '{role}'.") { Endpoint = e.Endpoint }
            : null;
    }
}
