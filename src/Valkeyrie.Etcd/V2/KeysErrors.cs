namespace Valkeyrie.Etcd.V2;

/// <summary>Creates the errors for answers of the keys API.</summary>
internal static class KeysErrors
{
    /// <summary>Creates the error for a refusal.</summary>
    /// <param name="error">The refusal.</param>
    /// <param name="key">The key of the call.</param>
    /// <param name="paths">Converts the conflicting path to a key.</param>
    /// <param name="info">The store.</param>
    public static KvException Of(KeysError error, string key, KeyPaths paths, KvStoreInfo info) => error.ErrorCode switch
    {
        KeysErrorCode.KeyNotFound => new KvKeyNotFoundException(key, info.Address),
        KeysErrorCode.NotFile => IsDirectory(key, info),
        KeysErrorCode.NotDirectory => NotDirectory(error.Cause is { Length: > 1 } path ? paths.KeyOf(path, key) : key, info),
        KeysErrorCode.RootReadOnly => new KvInvalidArgumentException($"'{key}' is the root of the store, which cannot be written or removed.") { Key = key, Endpoint = info.Address },
        _ => new KvInvalidArgumentException($"{info.Address} refused the request: {error.Message}: {error.Cause}.") { Key = key, Endpoint = info.Address },
    };

    /// <summary>Creates the error for a directory in place of a value.</summary>
    public static KvIsDirectoryException IsDirectory(string key, KvStoreInfo info) => new(key, info.Address, RuleOf(info));

    /// <summary>Creates the error for a value in place of a directory.</summary>
    /// <param name="key">The key with the value.</param>
    /// <param name="info">The store.</param>
    /// <param name="advice">What to do, as a sentence; null for the advice to make it a directory.</param>
    public static KvNotDirectoryException NotDirectory(string key, KvStoreInfo info, string? advice = null) => new(key, info.Address, RuleOf(info), advice);

    /// <summary>Creates the error for a reply without the expected node.</summary>
    public static KvUnreachableException WithoutNode(KeysReply reply, string key) =>
        new(KvUnreachableReason.Protocol, $"{reply.Endpoint} answered without a result for '{key}'. Check host and port.") { Key = key, Endpoint = reply.Endpoint };

    /// <summary>Creates the error for a reply about another key than the requested one.</summary>
    public static KvUnreachableException OfOtherKey(KeysReply reply, string key) =>
        new(KvUnreachableReason.Protocol, $"{reply.Endpoint} answered with a key other than '{key}'. Check host and port.") { Key = key, Endpoint = reply.Endpoint };

    private static string RuleOf(KvStoreInfo info) => $"On '{info.Address}' a path is a value or a directory, never both.";
}
