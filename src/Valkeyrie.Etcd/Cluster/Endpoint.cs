namespace Valkeyrie.Etcd.Cluster;

/// <summary>One address of the cluster and what is known of its health.</summary>
internal class Endpoint(Uri address)
{
    // An endpoint that failed is passed over for this long, then tried again by the next call.
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(2);

    private long _restsUntil;

    /// <summary>The address, as errors and results show it.</summary>
    public string Name { get; } = address.GetLeftPart(UriPartial.Authority);

    /// <summary>When it may be tried again, in <see cref="Environment.TickCount64"/>; in the past for a healthy one.</summary>
    public long RestsUntil => Volatile.Read(ref _restsUntil);

    public void Failed() => Volatile.Write(ref _restsUntil, Environment.TickCount64 + (long)RestAfterFailure.TotalMilliseconds);

    public void Succeeded()
    {
        if (_restsUntil != 0)
        {
            Volatile.Write(ref _restsUntil, 0);
        }
    }
}
