namespace Valkeyrie.Etcd.V2;

/// <summary>The path that a <see cref="ChangeFeed"/> follows.</summary>
/// <param name="Target">The request target that waits for its next change.</param>
/// <param name="Probe">A path below it that is read fast, whether or not it exists.</param>
/// <param name="Range">The range of the reader.</param>
internal sealed record WatchedPath(string Target, string Probe, KvRange Range);
