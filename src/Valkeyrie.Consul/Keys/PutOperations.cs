using Valkeyrie.Consul.Calls;
using Valkeyrie.Consul.Sessions;

namespace Valkeyrie.Consul.Keys;

/// <summary>Expresses a put as operations of a transaction, which depend on the holder of the key: a put removes the key from its former time to live, does not
/// affect another holder, and takes effect only if the holder is unchanged.</summary>
internal static class PutOperations
{
    /// <summary>Adds the operations.</summary>
    /// <param name="body">Receives the operations.</param>
    /// <param name="stored">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="holder">The last known holder of the key.</param>
    /// <param name="session">The session that shall hold the key, so that the key is removed when the session ends; null for none.</param>
    public static TxnBody Put(this TxnBody body, string stored, ReadOnlySpan<byte> value, Holder holder, string? session) => (holder, session) switch
    {
        ({ Session: "" }, null) => body.Set(stored, value).RequireSession(stored, ""),
        ({ Session: "" }, _) => body.Acquire(stored, value, session),
        ({ Deletes: true }, null) => body.Release(stored, value, holder.Session),
        ({ Deletes: true }, _) => body.Release(stored, value, holder.Session).Acquire(stored, value, session),
        (_, null) => body.Set(stored, value).RequireSession(stored, holder.Session),
        _ => throw new InvalidOperationException("A held key cannot get a time to live."),
    };
}
