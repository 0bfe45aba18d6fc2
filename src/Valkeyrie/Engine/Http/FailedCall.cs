namespace Valkeyrie.Engine.Http;

/// <summary>What is known of a call that failed, for its error.</summary>
/// <param name="Protocol">What is spoken there, as errors name it: <c>Consul's HTTP API</c>.</param>
/// <param name="Endpoint">Where the call went.</param>
/// <param name="Key">The key that it is about; null for none.</param>
/// <param name="ReadOnly">True if the call changes nothing, or nothing that matters.</param>
public readonly record struct FailedCall(string Protocol, string Endpoint, string? Key, bool ReadOnly)
{
    /// <summary>How long calls may take.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>True if that time was up.</summary>
    public bool TimedOut { get; init; }

    /// <summary>True if no server can have got the whole request.</summary>
    public bool Unsent { get; init; }

    /// <summary>The key within a sentence.</summary>
    public string ForKey => Key is null ? "" : $" for '{Key}'";

    /// <summary>What the caller of a write has to reckon with, as a last sentence.</summary>
    public string Doubt => ReadOnly || Unsent ? "" : " A write may have been made.";
}
