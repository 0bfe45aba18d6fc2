namespace Valkeyrie.Engine.Http;

/// <summary>One address of a store, and what is known of its health.</summary>
/// <param name="address">Its URL.</param>
public class HttpEndpoint(Uri address)
{
    // An endpoint that failed is passed over for this long, then tried again by the next call.
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(2);

    private long _restsUntil;

    /// <summary>Scheme, host and port.</summary>
    public string Name { get; } = address.GetLeftPart(UriPartial.Authority);

    /// <summary>When it may be tried again, in <see cref="Environment.TickCount64"/>; in the past for a healthy one.</summary>
    public long RestsUntil => Volatile.Read(ref _restsUntil);

    /// <summary>Lets it rest.</summary>
    public void Failed() => Volatile.Write(ref _restsUntil, Environment.TickCount64 + (long)RestAfterFailure.TotalMilliseconds);

    /// <summary>Ends its rest.</summary>
    public void Succeeded()
    {
        if (RestsUntil != 0)
        {
            Volatile.Write(ref _restsUntil, 0);
        }
    }
}
