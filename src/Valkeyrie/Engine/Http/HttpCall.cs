namespace Valkeyrie.Engine.Http;

/// <summary>A request.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">The path and query, escaped.</param>
/// <param name="Key">The key or path of the request, for errors; null for none.</param>
public sealed record HttpCall(HttpMethod Method, string Target, string? Key)
{
    /// <summary>The body; null for none.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>True if the call can be repeated safely, because it changes nothing important.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>True to report a failure at once instead of retrying, for a call that depends on earlier state.</summary>
    public bool Once { get; init; }

    /// <summary>The time for which the server may delay its answer, in addition to the timeout. Default: zero, the server answers at once.</summary>
    public TimeSpan Wait { get; init; }
}
