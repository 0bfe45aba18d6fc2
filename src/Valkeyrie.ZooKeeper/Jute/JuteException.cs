namespace Valkeyrie.ZooKeeper.Jute;

/// <summary>The input is not a jute record of the expected kind.</summary>
/// <param name="message">What is wrong with it.</param>
internal sealed class JuteException(string message) : Exception(message);
