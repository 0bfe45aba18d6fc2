namespace Valkeyrie.Etcd.V2;

/// <summary>What a refusal that is an answer means to a caller who has no other use for it.</summary>
internal static class Refusals
{
    /// <summary>The error.</summary>
    /// <param name="error">The refusal.</param>
    /// <param name="key">The key that was asked about.</param>
    /// <param name="paths">Names the path that stood in the way.</param>
    /// <param name="info">The store.</param>
    public static KvException Of(KeysError error, string key, KeyPaths paths, KvStoreInfo info) => error.ErrorCode switch
    {
        KeysErrorCode.KeyNotFound => new KvKeyNotFoundException(key, info.Address),
        KeysErrorCode.NotFile => new KvIsDirectoryException(key, info.Address),
        KeysErrorCode.NotDirectory => new KvNotDirectoryException(error.Cause is { Length: > 1 } path ? paths.KeyOf(path, key) : key, info.Address),
        KeysErrorCode.RootReadOnly => new KvInvalidArgumentException($"'{key}' is the root of the store, which cannot be written or removed.") { Key = key, Endpoint = info.Address },
        _ => new KvInvalidArgumentException($"{info.Address} refused the request: {error.Message}: {error.Cause}.") { Key = key, Endpoint = info.Address },
    };

    /// <summary>The error for a reply that should tell of a node and does not.</summary>
    public static KvUnreachableException WithoutNode(KeysReply reply, string key) =>
        new(KvUnreachableReason.Protocol, $"{reply.Endpoint} answered without saying anything of '{key}'. Check host and port.") { Key = key, Endpoint = reply.Endpoint };

    /// <summary>The error for a reply that tells of another key than the one that was asked for.</summary>
    public static KvUnreachableException OfOtherKey(KeysReply reply, string key) =>
        new(KvUnreachableReason.Protocol, $"{reply.Endpoint} answered with another key than '{key}'. Check host and port.") { Key = key, Endpoint = reply.Endpoint };
}
