namespace Valkeyrie;

/// <summary>A write that waits to be sent together with others.</summary>
/// <param name="key">The key.</param>
internal abstract class BatchedWrite(string key)
{
    public string Key { get; } = key;

    /// <summary>The position in the order of the calls.</summary>
    public long Number { get; set; }

    /// <summary>The approximate size that the write adds to a request, in bytes.</summary>
    public abstract long Size { get; }

    /// <summary>The next write of the same key, which is sent after this one.</summary>
    public BatchedWrite? Next { get; set; }

    /// <summary>Converts the write to an operation of a transaction.</summary>
    public abstract KvOperation ToOperation();

    /// <summary>Sends the write as a separate request, and completes it if the request succeeds.</summary>
    public abstract ValueTask SendAsync(IKvStore store, CancellationToken cancellationToken);

    /// <summary>Completes the write with its result in a transaction.</summary>
    public abstract void Succeed(KvOperationResult result);

    /// <summary>Fails the write with an error.</summary>
    public abstract void Fail(KvException error);

    /// <summary>Cancels the write.</summary>
    public abstract void Cancel();
}

/// <inheritdoc/>
/// <typeparam name="TResult">The result that the caller awaits.</typeparam>
internal abstract class BatchedWrite<TResult>(string key) : BatchedWrite(key)
{
    private readonly TaskCompletionSource<TResult> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TResult> Task => _end.Task;

    public override async ValueTask SendAsync(IKvStore store, CancellationToken cancellationToken) =>
        _end.SetResult(await CallAsync(store, cancellationToken).ConfigureAwait(false));

    public override void Succeed(KvOperationResult result) => _end.SetResult(ResultOf(result));

    public override void Fail(KvException error) => _end.SetException(error);

    public override void Cancel() => _end.SetCanceled();

    protected abstract ValueTask<TResult> CallAsync(IKvStore store, CancellationToken cancellationToken);

    protected abstract TResult ResultOf(KvOperationResult result);
}

/// <summary>A value to write.</summary>
internal sealed class BatchedPut(string key, ReadOnlyMemory<byte> value, long? leaseId) : BatchedWrite<KvPair>(key)
{
    public override long Size => Key.Length + value.Length;

    public override KvOperation ToOperation() => new KvOperation.Put(Key, value, leaseId);

    protected override ValueTask<KvPair> CallAsync(IKvStore store, CancellationToken cancellationToken) =>
        store.PutAsync(Key, value, leaseId is null ? null : new KvPutOptions { LeaseId = leaseId }, cancellationToken);

    protected override KvPair ResultOf(KvOperationResult result) => result.Pairs[0];
}

/// <summary>A key to remove.</summary>
internal sealed class BatchedDelete(string key) : BatchedWrite<bool>(key)
{
    public override long Size => Key.Length;

    public override KvOperation ToOperation() => new KvOperation.Delete(KvRange.Key(Key));

    protected override ValueTask<bool> CallAsync(IKvStore store, CancellationToken cancellationToken) => store.TryDeleteAsync(Key, cancellationToken);

    protected override bool ResultOf(KvOperationResult result) => result.Count > 0;
}
