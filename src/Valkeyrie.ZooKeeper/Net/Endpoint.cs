namespace Valkeyrie.ZooKeeper.Net;

/// <summary>The address of an ensemble's member for clients.</summary>
/// <param name="Host">The host name or address; an IPv6 address without brackets.</param>
/// <param name="Port">The port.</param>
internal sealed record Endpoint(string Host, int Port)
{
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
