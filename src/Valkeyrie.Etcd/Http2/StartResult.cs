namespace Valkeyrie.Etcd.Http2;

/// <summary>How starting a call went.</summary>
/// <param name="Ok">True if it was started.</param>
/// <param name="Wait">Where the peer takes no more calls at the moment: what to wait for; null if another connection is needed.</param>
internal readonly record struct StartResult(bool Ok, Task? Wait)
{
    public static StartResult Started => new(true, null);

    public static StartResult Closed => new(false, null);
}
