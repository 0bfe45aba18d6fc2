using System.Security.Cryptography;
using Etcdserverpb;
using Valkeyrie.Etcd.Administration.Invocation;
using Valkeyrie.Etcd.Engine;

namespace Valkeyrie.Etcd.Administration;

/// <summary>Snapshots of a member's database, in the form of <c>etcdutl snapshot restore</c>: the database, followed by its SHA-256.</summary>
internal sealed class EtcdSnapshots(IEtcdCalls calls, KvStoreInfo info) : IKvSnapshots
{
    public async ValueTask<KvSnapshot> SaveSnapshotAsync(Stream destination, KvSnapshotOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var before = await RevisionAsync(cancellationToken).ConfigureAwait(false);
        var client = new Maintenance.MaintenanceClient(new StoreCallInvoker(calls, endpoint: null, isRepeatable: false));
        using var call = client.Snapshot(new SnapshotRequest(), cancellationToken: cancellationToken);
        using var check = new TrailingHash();
        var written = 0L;
        while (await call.ResponseStream.NextAsync(cancellationToken).ConfigureAwait(false))
        {
            var part = call.ResponseStream.Current;
            check.Append(part.Blob.Span);
            await destination.WriteAsync(part.Blob.Memory, cancellationToken).ConfigureAwait(false);
            written += part.Blob.Length;
            options?.Progress?.Invoke(new KvSnapshotProgress(written, written + (long)part.RemainingBytes));
        }

        if (!check.IsRight)
        {
            throw new KvUnreachableException(
                KvUnreachableReason.Protocol, $"The snapshot of {info.Address} was damaged on the way: its checksum differs. Save it again.") { Endpoint = info.Address };
        }

        // The stream does not state its revision: it is known only if there were no writes in the meantime.
        var after = await RevisionAsync(cancellationToken).ConfigureAwait(false);
        return new KvSnapshot(before == after ? after : null, written);
    }

    private async ValueTask<long> RevisionAsync(CancellationToken cancellationToken)
    {
        var client = new Maintenance.MaintenanceClient(new StoreCallInvoker(calls, endpoint: null, isRepeatable: true));
        return (await client.StatusAsync(new StatusRequest(), cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false)).Header.Revision;
    }

    /// <summary>Compares the last 32 bytes of a stream with the SHA-256 of all bytes before them.</summary>
    private sealed class TrailingHash : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly byte[] _last = new byte[SHA256.HashSizeInBytes];
        private int _count;

        public bool IsRight => _count == _last.Length && _hash.GetCurrentHash().AsSpan().SequenceEqual(_last);

        public void Append(ReadOnlySpan<byte> bytes)
        {
            // Bytes pushed out of the last 32 belong to the database.
            var pushed = Math.Max(0, _count + bytes.Length - _last.Length);
            var old = Math.Min(pushed, _count);
            _hash.AppendData(_last, 0, old);
            _hash.AppendData(bytes[..(pushed - old)]);
            _last.AsSpan(old, _count - old).CopyTo(_last);
            _count -= old;
            bytes[(pushed - old)..].CopyTo(_last.AsSpan(_count));
            _count += bytes.Length - (pushed - old);
        }

        public void Dispose() => _hash.Dispose();
    }
}
