namespace Valkeyrie;

/// <summary>A write that waits to be sent with others.</summary>
/// <param name="key">Its key.</param>
internal abstract class BatchedWrite(string key)
{
    public string Key { get; } = key;

    /// <summary>Its place in the order of the calls.</summary>
    public long Number { get; set; }

    /// <summary>What it adds to the size of a request, in bytes, more or less.</summary>
    public abstract long Size { get; }

    /// <summary>The write of the same key that is to be made after this one.</summary>
    public BatchedWrite? Next { get; set; }

    /// <summary>The write as a part of a transaction.</summary>
    public abstract KvOperation ToOperation();

    /// <summary>Sends the write as a request of its own, and ends it where that succeeds.</summary>
    public abstract ValueTask SendAsync(IKvStore store, CancellationToken cancellationToken);

    /// <summary>Ends the write with what a transaction has brought.</summary>
    public abstract void Succeed(KvOperationResult result);

    /// <summary>Ends the write with an error.</summary>
    public abstract void Fail(KvException error);

    /// <summary>Ends the write without one.</summary>
    public abstract void Cancel();
}

/// <inheritdoc/>
/// <typeparam name="TResult">What the caller waits for.</typeparam>
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
