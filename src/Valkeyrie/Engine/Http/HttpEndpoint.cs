namespace Valkeyrie.Engine.Http;

/// <summary>An address of a store, and its health.</summary>
/// <param name="address">The URL.</param>
public class HttpEndpoint(Uri address)
{
    // The time for which a failed endpoint is skipped; the next call then tries it again.
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(2);

    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private long _restsUntil;
    private NamedUri? _last;

    /// <summary>The scheme, host and port.</summary>
    public string Name { get; } = address.GetLeftPart(UriPartial.Authority);

    /// <summary>The time at which the endpoint may be tried again, in <see cref="Environment.TickCount64"/>; in the past for a healthy one.</summary>
    public long RestsUntil => Volatile.Read(ref _restsUntil);

    /// <summary>Returns the URL of a target. The common part of the URLs is parsed only once.</summary>
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

    /// <summary>Records a failure: the endpoint rests.</summary>
    public void Failed() => Volatile.Write(ref _restsUntil, Environment.TickCount64 + (long)RestAfterFailure.TotalMilliseconds);

    /// <summary>Records a success: the endpoint no longer rests.</summary>
    public void Succeeded()
    {
        if (RestsUntil != 0)
        {
            Volatile.Write(ref _restsUntil, 0);
        }
    }

    private sealed record NamedUri(string Target, Uri Url);
}
