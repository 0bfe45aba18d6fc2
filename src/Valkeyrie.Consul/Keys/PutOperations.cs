using Valkeyrie.Consul.Calls;
using Valkeyrie.Consul.Sessions;

namespace Valkeyrie.Consul.Keys;

/// <summary>A put as operations of a transaction. What holds the key decides which: a put takes a key out of the time to live that it had, leaves alone whoever merely
/// holds it, and takes effect only if that is who holds it still.</summary>
internal static class PutOperations
{
    /// <summary>Adds the operations.</summary>
    /// <param name="body">Gets them.</param>
    /// <param name="stored">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="holder">Who holds the key, as far as is known.</param>
    /// <param name="session">The session that is to hold it, so that it goes when that ends; null for none.</param>
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
