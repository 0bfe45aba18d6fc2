namespace Valkeyrie.ZooKeeper.Jute;

/// <summary>The input is not a jute record of the expected kind.</summary>
/// <param name="message">The violation.</param>
internal sealed class JuteException(string message) : Exception(message);
