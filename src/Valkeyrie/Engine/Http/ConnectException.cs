namespace Valkeyrie.Engine.Http;

/// <summary>A connection could not be established. Nothing was sent.</summary>
/// <param name="reason">The reason.</param>
/// <param name="message">What went wrong.</param>
/// <param name="inner">The cause.</param>
#pragma warning disable CA1032 // mapped to a KvException before a caller sees it
public sealed class ConnectException(KvUnreachableReason reason, string message, Exception? inner = null) : Exception(message, inner)
#pragma warning restore CA1032
{
    /// <summary>The reason.</summary>
    public KvUnreachableReason Reason { get; } = reason;
}
