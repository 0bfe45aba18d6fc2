namespace Valkeyrie.Engine.Http;

/// <summary>How long connecting may take.</summary>
public static class ConnectTimeouts
{
    // One that cannot be reached must leave time for another within the same call.
    private static readonly TimeSpan AmongSeveral = TimeSpan.FromSeconds(2);

    /// <summary>The time for one of several endpoints.</summary>
    /// <param name="callTimeout">How long a call may take.</param>
    /// <param name="endpoints">How many endpoints there are.</param>
    public static TimeSpan Of(TimeSpan callTimeout, int endpoints) => endpoints > 1 && callTimeout > AmongSeveral ? AmongSeveral : callTimeout;
}
