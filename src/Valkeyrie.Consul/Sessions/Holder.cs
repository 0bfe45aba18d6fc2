namespace Valkeyrie.Consul.Sessions;

/// <summary>The session that holds a key.</summary>
/// <param name="Session">The session's number; empty for none.</param>
/// <param name="Deletes">True if the key is removed when the session ends: it has a time to live. False if it is only held, as by a lock.</param>
internal readonly record struct Holder(string Session, bool Deletes)
{
    public static readonly Holder Nobody = new("", Deletes: false);
}
