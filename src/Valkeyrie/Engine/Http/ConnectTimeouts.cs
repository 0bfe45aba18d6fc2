namespace Valkeyrie.Engine.Http;

/// <summary>The timeouts for connecting.</summary>
public static class ConnectTimeouts
{
    // An unreachable endpoint must leave time for another one within the same call.
    private static readonly TimeSpan AmongSeveral = TimeSpan.FromSeconds(2);

    /// <summary>Returns the timeout for connecting to one of several endpoints.</summary>
    /// <param name="callTimeout">The timeout of a call.</param>
    /// <param name="endpoints">The number of endpoints.</param>
    public static TimeSpan Of(TimeSpan callTimeout, int endpoints) => endpoints > 1 && callTimeout > AmongSeveral ? AmongSeveral : callTimeout;
}
