using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>Nodes that servers remove when they were not written for a time.</summary>
internal sealed class TtlNodes(Nodes nodes, TimeSpan ttl) : NodeKind(nodes)
{
    protected override ValueTask<(ErrorCode Error, KvPair? Pair)> TryCreateAsync(
        string path, string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        CommitAsync([.. Nodes.CreateWithTtl(path, value, ttl)], key, value, cancellationToken);

    protected override ValueTask<(ErrorCode Error, KvPair? Pair)> TryReplaceAsync(
        string path, string key, ReadOnlyMemory<byte> value, int version, CancellationToken cancellationToken) =>
        CommitAsync([new DeleteRequest(path, version), .. Nodes.CreateWithTtl(path, value, ttl)], key, value, cancellationToken);

    protected override KvException RefusalOf(ErrorCode error, string key) => error == ErrorCode.Unimplemented
        ? new KvNotSupportedException(
            "a time to live without keep-alive: its servers have extendedTypesEnabled turned off, which is the default. Keep the key alive, or turn the setting on", Nodes.Info) { Key = key }
        : base.RefusalOf(error, key);

    private async ValueTask<(ErrorCode Error, KvPair? Pair)> CommitAsync(
        IReadOnlyList<Request> operations, string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        EndOf(await Nodes.CallAsync(new MultiRequest(operations), key, cancellationToken).ConfigureAwait(false), key, value, ttl);
}
