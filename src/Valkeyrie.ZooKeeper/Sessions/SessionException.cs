namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>A session failed at what it was to do. Becomes a <see cref="KvException"/> where the call is known (<see cref="CallErrors"/>).</summary>
/// <param name="kind">Why.</param>
/// <param name="message">Details, as a sentence.</param>
/// <param name="inner">The cause.</param>
internal sealed class SessionException(FailureKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    public FailureKind Kind { get; } = kind;

    /// <summary>The member that it is about; null if it is about none.</summary>
    public string? Endpoint { get; init; }

    /// <summary>True if the request provably did not reach a server.</summary>
    public bool NotSent { get; init; }

    /// <summary>True if there is nothing at the endpoint, or something else, so that nobody needs to wait for it.</summary>
    public bool IsFutile => Kind is FailureKind.NameNotFound or FailureKind.NotConnected or FailureKind.Tls or FailureKind.Protocol;

    /// <summary>True if the session has ended for good.</summary>
    public bool EndsSession => Kind is FailureKind.Expired or FailureKind.SignInRefused or FailureKind.Closed;

    /// <summary>The same for a call of which it is known whether it was sent.</summary>
    public SessionException For(bool notSent) => new(Kind, Message, this) { Endpoint = Endpoint, NotSent = notSent };
}
