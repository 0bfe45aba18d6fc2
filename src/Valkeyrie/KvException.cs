namespace Valkeyrie;

/// <summary>The base of all failures of a store. The message names the key and the endpoint; <see cref="Code"/> identifies the kind of failure; a failure that a program may want to
/// catch by itself also has a type of its own.</summary>
/// <param name="code">What went wrong.</param>
/// <param name="message">What went wrong and what to do, for a person. Holds no secret. What others wrote in it is made visible (<see cref="VisibleText"/>).</param>
/// <param name="inner">The cause, where there is one.</param>
#pragma warning disable CA1032 // each error names what it is about; a constructor without that would make one that names nothing
public class KvException(KvErrorCode code, string message, Exception? inner = null) : Exception(VisibleText.Of(message), inner)
{
    /// <summary>What went wrong.</summary>
    public KvErrorCode Code { get; } = code;

    /// <summary>The key or path that the call was about; null if there was none.</summary>
    public string? Key { get; init; }

    /// <summary>The endpoint or file that the call went to; null if nothing was sent.</summary>
    public string? Endpoint { get; init; }

    /// <summary>True if the request provably reached no server that acts on it, so that a write was not made and may be tried again. False if a
    /// server has acted on it or refused it for what it says, and where nothing is known.</summary>
    public bool NotSent { get; init; }

    /// <summary>Type, message, causes and the stack, fit for a terminal and a log.</summary>
    public override string ToString() => VisibleText.OfLines(base.ToString());
}
