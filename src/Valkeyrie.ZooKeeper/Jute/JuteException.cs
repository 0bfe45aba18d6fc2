namespace Valkeyrie.ZooKeeper.Jute;

/// <summary>What arrived is no jute record of the expected kind.</summary>
/// <param name="message">What is wrong with it.</param>
internal sealed class JuteException(string message) : Exception(message);
