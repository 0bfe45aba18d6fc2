namespace Valkeyrie.Engine.Http;

/// <summary>The facts about a failed call, for its error.</summary>
/// <param name="Protocol">The name of the protocol in messages, such as <c>Consul's HTTP API</c>.</param>
/// <param name="Endpoint">The endpoint of the call.</param>
/// <param name="Key">The key of the call; null for none.</param>
/// <param name="ReadOnly">True if the call can be repeated safely, because it changes nothing important.</param>
public readonly record struct FailedCall(string Protocol, string Endpoint, string? Key, bool ReadOnly)
{
    /// <summary>The timeout of calls.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>True if the time was up.</summary>
    public bool TimedOut { get; init; }

    /// <summary>True if no server can have received the whole request.</summary>
    public bool Unsent { get; init; }

    /// <summary>The key as a part of a sentence.</summary>
    public string ForKey => Key is null ? "" : $" for '{Key}'";

    /// <summary>The last sentence of the message: a warning that a write may have been made, or empty.</summary>
    public string Doubt => ReadOnly || Unsent ? "" : " A write may have been made.";
}
