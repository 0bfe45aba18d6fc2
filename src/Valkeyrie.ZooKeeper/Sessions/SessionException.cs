namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>A session failed. When the call is known, it is converted to a <see cref="KvException"/> (<see cref="CallErrors"/>).</summary>
/// <param name="kind">The kind of failure.</param>
/// <param name="message">Details, as a sentence.</param>
/// <param name="inner">The cause.</param>
internal sealed class SessionException(FailureKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    public FailureKind Kind { get; } = kind;

    /// <summary>The failing member; null for none.</summary>
    public string? Endpoint { get; init; }

    /// <summary>True if the request provably did not reach a server.</summary>
    public bool NotSent { get; init; }

    /// <summary>True if waiting for the endpoint is useless: nothing answers there, or another program.</summary>
    public bool IsFutile => Kind is FailureKind.NameNotFound or FailureKind.NotConnected or FailureKind.Tls or FailureKind.Protocol;

    /// <summary>True if the session has ended permanently.</summary>
    public bool EndsSession => Kind is FailureKind.Expired or FailureKind.SignInRefused or FailureKind.Closed;

    /// <summary>Returns the same failure for a call, with whether the call was sent.</summary>
    public SessionException For(bool notSent) => new(Kind, Message, this) { Endpoint = Endpoint, NotSent = notSent };
}
