namespace Valkeyrie.Etcd.Engine;

/// <summary>The reply to a call with one request and one reply.</summary>
/// <param name="Message">The encoded message.</param>
/// <param name="Endpoint">The endpoint that sent it.</param>
/// <param name="Headers">The metadata before the message.</param>
/// <param name="Trailers">The metadata after the message.</param>
public sealed record EtcdReply(
    ReadOnlyMemory<byte> Message,
    string Endpoint,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    IReadOnlyList<KeyValuePair<string, string>> Trailers);
