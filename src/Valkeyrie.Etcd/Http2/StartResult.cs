namespace Valkeyrie.Etcd.Http2;

/// <summary>The result of starting a call.</summary>
/// <param name="Ok">True if the call was started.</param>
/// <param name="Wait">The task to await if the peer accepts no more calls at the moment; null if another connection is needed.</param>
internal readonly record struct StartResult(bool Ok, Task? Wait)
{
    public static StartResult Started => new(true, null);

    public static StartResult Closed => new(false, null);
}
