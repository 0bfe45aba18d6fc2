namespace Valkeyrie.Consul.Sessions;

/// <summary>The session that holds a key.</summary>
/// <param name="Session">Its number; empty for none.</param>
/// <param name="Deletes">True if the key goes when the session ends: it has a time to live. False if it is merely held, as by a lock.</param>
internal readonly record struct Holder(string Session, bool Deletes)
{
    public static readonly Holder Nobody = new("", Deletes: false);
}
