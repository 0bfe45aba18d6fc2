namespace Valkeyrie;

/// <summary>The base class of all failures of a store. The message names the key and the endpoint; <see cref="Code"/> identifies the kind of failure. Failures
/// that programs often catch separately have derived types.</summary>
/// <param name="code">The kind of failure.</param>
/// <param name="message">What went wrong and what to do. Contains no secret. Text from other programs in it is made visible
/// (<see cref="VisibleText"/>).</param>
/// <param name="inner">The cause; null if none is known.</param>
#pragma warning disable CA1032 // each error names its subject; the standard constructors would create errors without one
public class KvException(KvErrorCode code, string message, Exception? inner = null) : Exception(VisibleText.Of(message), inner)
{
    /// <summary>The kind of failure.</summary>
    public KvErrorCode Code { get; } = code;

    /// <summary>The key or path of the call; null if it has none.</summary>
    public string? Key { get; init; }

    /// <summary>The endpoint or file of the call; null if nothing was sent.</summary>
    public string? Endpoint { get; init; }

    /// <summary>True if the request provably reached no server that acts on it: a write was not made and can be retried. False if a server acted on the request
    /// or refused it for its content, or if this is not known.</summary>
    public bool NotSent { get; init; }

    /// <summary>The type, message, causes and stack trace as visible text (<see cref="VisibleText"/>).</summary>
    public override string ToString() => VisibleText.OfLines(base.ToString());
}
