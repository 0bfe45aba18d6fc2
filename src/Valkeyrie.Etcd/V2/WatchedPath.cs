namespace Valkeyrie.Etcd.V2;

/// <summary>What a <see cref="ChangeFeed"/> follows.</summary>
/// <param name="Target">The request target that waits for its next change.</param>
/// <param name="Probe">A path in it that is quick to read, whatever is there.</param>
/// <param name="Range">What its reader calls it.</param>
internal sealed record WatchedPath(string Target, string Probe, KvRange Range);
