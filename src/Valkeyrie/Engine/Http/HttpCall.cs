namespace Valkeyrie.Engine.Http;

/// <summary>One request.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query, escaped.</param>
/// <param name="Key">The key or path that it is about, for errors; null for none.</param>
public sealed record HttpCall(HttpMethod Method, string Target, string? Key)
{
    /// <summary>The body; null for none.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>True if the call changes nothing, or nothing that matters, so that it may be sent again whatever became of it.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>True to tell a failure at once instead of sending the call again: for one that says something about what was known before.</summary>
    public bool Once { get; init; }

    /// <summary>How long the server may hold the request back before it answers, beyond the timeout; zero (the default) for a request that is answered at once.</summary>
    public TimeSpan Wait { get; init; }
}
