using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Valkeyrie.Etcd.V2;

/// <summary>Writes and removes single keys, and creates directories.</summary>
internal sealed class Writes(KeysChannel channel, KeyPaths paths, RenewedKeys renewedKeys)
{
    // After the answer that the key exists, it may be removed before its revision is read; then it can be created after all.
    private const int MostTries = 5;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, KvPutOptions options, CancellationToken cancellationToken)
    {
        var write = Prepare(key, value, options);
        if (options.Directory)
        {
            var directory = await PutDirectoryAsync(write, cancellationToken).ConfigureAwait(false);
            WarnOfValueNotStored(key, value, options);
            return directory;
        }

        await RequireRefreshIfKeptAsync(options, cancellationToken).ConfigureAwait(false);
        var sentAt = Stopwatch.GetTimestamp();
        var reply = await channel.CallAsync(Requests.Set(write.Path, key, write.Form, write.TtlSeconds), cancellationToken).ConfigureAwait(false);
        ThrowIfRefused(reply, key);
        return Written(write, reply, value, options, sentAt);
    }

    public async ValueTask<KvWriteResult> AtomicPutAsync(
        string key, ReadOnlyMemory<byte> value, long revision, KvPutOptions options, CancellationToken cancellationToken)
    {
        var write = Prepare(key, value, options);
        OptionRules.CheckAtomicPut(key, revision);
        if (options.Directory)
        {
            if (revision > 0)
            {
                throw new KvInvalidArgumentException($"A directory can be created only if its name is free (revision 0), not at revision {revision}.") { Key = key };
            }

            var created = await CreateDirectoryAsync(write, cancellationToken).ConfigureAwait(false);
            if (created.Written)
            {
                WarnOfValueNotStored(key, value, options);
            }

            return created;
        }

        await RequireRefreshIfKeptAsync(options, cancellationToken).ConfigureAwait(false);
        for (var tries = 1; ; tries++)
        {
            var sentAt = Stopwatch.GetTimestamp();
            var request = revision == 0
                ? Requests.Create(write.Path, key, write.Form, write.TtlSeconds)
                : Requests.CompareAndSwap(write.Path, key, write.Form, revision, write.TtlSeconds);
            var reply = await channel.CallAsync(request, cancellationToken).ConfigureAwait(false);
            if (reply.Error is null)
            {
                var pair = Written(write, reply, value, options, sentAt);
                return new(KvWriteOutcome.Written, pair, pair.Revision);
            }

            if (reply.Error.ErrorCode != KeysErrorCode.KeyExists)
            {
                return await RefusedAsync(reply.Error, write.Path, key, cancellationToken).ConfigureAwait(false);
            }

            var current = await CurrentAsync(write.Path, key, cancellationToken).ConfigureAwait(false);
            if (current > 0 || tries == MostTries)
            {
                return new(KvWriteOutcome.KeyExists, null, current);
            }
        }
    }

    public async ValueTask<KvWriteResult> AtomicDeleteAsync(string key, long revision, CancellationToken cancellationToken)
    {
        var path = paths.PathOf(key);
        OptionRules.CheckAtomicDelete(key, revision);

        var reply = await channel.CallAsync(Requests.CompareAndDelete(path, key, revision), cancellationToken).ConfigureAwait(false);
        return reply.Error switch
        {
            null => new(KvWriteOutcome.Written, null, reply.Index),
            { ErrorCode: KeysErrorCode.NotDirectory } => new(KvWriteOutcome.KeyNotFound, null, 0),
            var error => await RefusedAsync(error, path, key, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>Removes a key.</summary>
    /// <returns>Null if the key was removed, otherwise the reason: <see cref="KeysErrorCode.KeyNotFound"/> or <see cref="KeysErrorCode.NotFile"/>.</returns>
    public async ValueTask<int?> DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var reply = await channel.CallAsync(Requests.Delete(paths.PathOf(key), key), cancellationToken).ConfigureAwait(false);
        return reply.Error?.ErrorCode switch
        {
            null => null,
            KeysErrorCode.KeyNotFound or KeysErrorCode.NotDirectory => KeysErrorCode.KeyNotFound,
            KeysErrorCode.NotFile => KeysErrorCode.NotFile,
            _ => throw KeysErrors.Of(reply.Error, key, paths, channel.Info),
        };
    }

    private Write Prepare(string key, ReadOnlyMemory<byte> value, KvPutOptions options)
    {
        var path = paths.PathOf(key);
        if (options.LeaseId is not null)
        {
            throw new KvNotSupportedException("leases", channel.Info) { Key = key };
        }

        OptionRules.CheckPut(key, options);
        var ttl = Requests.TtlSeconds(options.Ttl, key);
        if (options is { Directory: true, KeepAlive: true })
        {
            throw new KvNotSupportedException("keeping a directory alive", channel.Info) { Key = key };
        }

        return new Write(path, key, options.Directory ? [] : FormContent.OfValue(value.Span, key), ttl);
    }

    private ValueTask RequireRefreshIfKeptAsync(KvPutOptions options, CancellationToken cancellationToken) =>
        options.KeepAlive ? renewedKeys.RequireRefreshAsync(cancellationToken) : ValueTask.CompletedTask;

    private KvPair Written(Write write, KeysReply reply, ReadOnlyMemory<byte> value, KvPutOptions options, long sentAt)
    {
        // Without a node in the reply, the key was created: its index is that of its creation.
        var index = reply.Node?.ModifiedIndex ?? reply.Index;
        if (options.KeepAlive)
        {
            renewedKeys.BeginKeeping(write.Path, write.Key, index, write.TtlSeconds, sentAt, options.Lost);
        }

        return new KvPair(value.ToArray())
        {
            Key = write.Key,
            Revision = index,
            CreateRevision = reply.Node?.CreatedIndex ?? index,
            Ttl = write.TtlSeconds > 0 ? TimeSpan.FromSeconds(write.TtlSeconds) : null,
        };
    }

    private async ValueTask<KvPair> PutDirectoryAsync(Write write, CancellationToken cancellationToken)
    {
        var created = await channel.CallAsync(Requests.CreateDirectory(write.Path, write.Key, write.TtlSeconds), cancellationToken).ConfigureAwait(false);
        if (created.Error is not { ErrorCode: KeysErrorCode.KeyExists })
        {
            return DirectoryPair(created, write.Key);
        }

        // A put accepts an existing directory, but not a value.
        var there = await channel.CallAsync(Requests.Get(write.Path, write.Key), cancellationToken).ConfigureAwait(false);
        if (there.Node is { IsDirectory: false })
        {
            throw KeysErrors.NotDirectory(write.Key, channel.Info);
        }

        if (write.TtlSeconds == 0)
        {
            return DirectoryPair(there, write.Key);
        }

        var updated = await channel.CallAsync(Requests.UpdateDirectory(write.Path, write.Key, write.TtlSeconds), cancellationToken).ConfigureAwait(false);
        return updated.Error is not { IsUnchangeableDirectory: true } ? DirectoryPair(updated, write.Key) : throw new KvNotSupportedException(
            $"a new time to live for '{write.Key}': this etcd cannot change an existing directory, as in 3.5. Specify the time to live when you create the directory", channel.Info)
            { Key = write.Key };
    }

    private async ValueTask<KvWriteResult> CreateDirectoryAsync(Write write, CancellationToken cancellationToken)
    {
        var created = await channel.CallAsync(Requests.CreateDirectory(write.Path, write.Key, write.TtlSeconds), cancellationToken).ConfigureAwait(false);
        if (created.Error is not { ErrorCode: KeysErrorCode.KeyExists })
        {
            var pair = DirectoryPair(created, write.Key);
            return new(KvWriteOutcome.Written, pair, pair.Revision);
        }

        var there = await channel.CallAsync(Requests.Get(write.Path, write.Key), cancellationToken).ConfigureAwait(false);
        return new(KvWriteOutcome.KeyExists, null, there.Node?.ModifiedIndex ?? 0);
    }

    private void WarnOfValueNotStored(string key, ReadOnlyMemory<byte> value, KvPutOptions options)
    {
        if (!value.IsEmpty)
        {
            options.Warn?.Invoke(new KvWarning(
                key, $"'{key}' is a directory, which cannot hold a value on '{channel.Info.Address}'. The value of {value.Length} bytes was not stored: store it under a key in the directory."));
        }
    }

    private KvPair DirectoryPair(KeysReply reply, string key)
    {
        ThrowIfRefused(reply, key);
        return (reply.Node ?? throw KeysErrors.WithoutNode(reply, key)).ToPair(key, keyOnly: true);
    }

    private async ValueTask<KvWriteResult> RefusedAsync(KeysError error, string path, string key, CancellationToken cancellationToken)
    {
        switch (error.ErrorCode)
        {
            case KeysErrorCode.KeyNotFound:
                return new(KvWriteOutcome.KeyNotFound, null, 0);
            case KeysErrorCode.CompareFailed:
                var current = error.ComparedIndex;
                current = current > 0 ? current : await CurrentAsync(path, key, cancellationToken).ConfigureAwait(false);
                return new(KvWriteOutcome.KeyModified, null, current);
            default:
                throw KeysErrors.Of(error, key, paths, channel.Info);
        }
    }

    /// <summary>Reads the current index of a key; 0 if it does not exist.</summary>
    private async ValueTask<long> CurrentAsync(string path, string key, CancellationToken cancellationToken)
    {
        var reply = await channel.CallAsync(Requests.Get(path, key), cancellationToken).ConfigureAwait(false);
        return reply.Node is { IsDirectory: true } ? throw KeysErrors.IsDirectory(key, channel.Info) : reply.Node?.ModifiedIndex ?? 0;
    }

    private void ThrowIfRefused(KeysReply reply, string key)
    {
        if (reply.Error is not null)
        {
            throw KeysErrors.Of(reply.Error, key, paths, channel.Info);
        }
    }

    private sealed record Write(string Path, string Key, byte[] Form, long TtlSeconds);
}
