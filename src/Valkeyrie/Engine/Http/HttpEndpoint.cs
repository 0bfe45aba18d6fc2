namespace Valkeyrie.Engine.Http;

/// <summary>One address of a store, and what is known of its health.</summary>
/// <param name="address">Its URL.</param>
public class HttpEndpoint(Uri address)
{
    // An endpoint that failed is passed over for this long, then tried again by the next call.
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(2);

    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private long _restsUntil;
    private NamedUri? _last;

    /// <summary>Scheme, host and port.</summary>
    public string Name { get; } = address.GetLeftPart(UriPartial.Authority);

    /// <summary>When it may be tried again, in <see cref="Environment.TickCount64"/>; in the past for a healthy one.</summary>
    public long RestsUntil => Volatile.Read(ref _restsUntil);

    /// <summary>The URL of a target. What all calls of a kind have in common is parsed once.</summary>
    /// <param name="target">Path and query, escaped.</param>
    internal Uri UrlOf(string target)
    {
        var last = Volatile.Read(ref _last);
        if (!ReferenceEquals(last?.Target, target))
        {
            last = new NamedUri(target, new Uri(Name + target, AsWritten));
            Volatile.Write(ref _last, last);
        }

        return last!.Url;
    }

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

    private sealed record NamedUri(string Target, Uri Url);
}
