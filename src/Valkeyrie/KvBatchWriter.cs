namespace Valkeyrie;

/// <summary>Writes many keys fast. Writes that arrive while requests are under way are combined into one transaction, which costs the store little more than a
/// single write.</summary>
/// <remarks><para>A write that arrives while no request is under way is sent at once as a single request. Writes of one key are made in the order of the calls;
/// a transaction contains each key once. Writes of different keys have no order, and no group of writes is atomic: the writer divides a transaction that the
/// store refuses, so that only the refused writes fail.</para>
/// <para>A transaction with an unknown outcome is neither divided nor sent again: each of its writes fails with an error which states that it may have been
/// made. The keys of a transaction share its revision.</para>
/// <para>On a store without transactions, writes are single requests, many at a time. All members can be called from several threads at once.</para></remarks>
public sealed class KvBatchWriter
{
    /// <summary>The default maximum number of operations in a transaction.</summary>
    internal const int DefaultOperations = 128;

    private const int TransactionsAtOnce = 4;
    private const int SinglesAtOnce = 128;
    private const long MostBytes = 512 << 10;

    private readonly object _gate = new();
    private readonly Queue<BatchedWrite> _pending = new();
    private readonly Dictionary<string, BatchedWrite> _lastOfKey = new(StringComparer.Ordinal);
    private readonly IKvStore _store;
    private readonly IKvTransactions? _transactions;
    private readonly CancellationToken _cancellationToken;
    private readonly bool _stopsAtRefusal;
    private readonly int _requestsAtOnce;
    private int _operations;
    private long _bytes;
    private long _pendingBytes;
    private int _requests;
    private long _last;

    // The number of the first refused write, with StopAtRefusal: the writes before it are still made.
    private long _refused = long.MaxValue;

    /// <summary>Creates a writer.</summary>
    /// <param name="store">The store to write to.</param>
    /// <param name="options">Limits and behavior; null for the defaults.</param>
    /// <param name="cancellationToken">Ends all writes early. Writes already sent may still be made.</param>
    /// <exception cref="KvInvalidArgumentException">An option is not valid.</exception>
    public KvBatchWriter(IKvStore store, KvBatchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        options ??= new KvBatchOptions();
        CheckAtLeastOne(options.Operations, nameof(options.Operations));
        CheckAtLeastOne(options.Requests, nameof(options.Requests));
        _store = store;

        // A store without promises may have transactions, but their maximum size is unknown.
        var promises = store.Info.Promises;
        _transactions = promises is { LargestTransaction: > 0 } && store.TryGetCapability<IKvTransactions>(out var transactions) ? transactions : null;
        _operations = _transactions is null ? 1 : Math.Min(options.Operations ?? DefaultOperations, promises!.LargestTransaction);
        _bytes = Math.Min(MostBytes, (promises?.LargestValue ?? MostBytes) / 2);
        _requestsAtOnce = options.Requests ?? (_operations == 1 ? SinglesAtOnce : TransactionsAtOnce);
        _stopsAtRefusal = options.StopAtRefusal;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Writes a value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value. Do not change it before the write has ended.</param>
    /// <param name="leaseId">The lease to attach the key to. Default: null, none.</param>
    /// <returns>The written pair with its revision.</returns>
    /// <exception cref="KvException">The write failed, as in <see cref="IKvStore.PutAsync"/>.</exception>
    public Task<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, long? leaseId = null)
    {
        var write = new BatchedPut(key, value, leaseId);
        Add(write);
        return write.Task;
    }

    /// <summary>Removes a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>True if the key was removed, false if it did not exist.</returns>
    /// <exception cref="KvException">The removal failed, as in <see cref="IKvStore.TryDeleteAsync"/>.</exception>
    public Task<bool> TryDeleteAsync(string key)
    {
        var write = new BatchedDelete(key);
        Add(write);
        return write.Task;
    }

    private static void CheckAtLeastOne(int? number, string name)
    {
        if (number < 1)
        {
            throw new KvInvalidArgumentException($"{name} must be at least 1; it is {number}.");
        }
    }

    /// <summary>Adds many writes, in their order, as if they were called one by one. A key that breaks a rule fails alone.</summary>
    internal void AddAll(IReadOnlyList<BatchedWrite> writes)
    {
        List<BatchedWrite>? batch;
        lock (_gate)
        {
            foreach (var write in writes)
            {
                try
                {
                    LineUp(write);
                }
                catch (KvInvalidArgumentException e)
                {
                    write.Fail(e);
                }
            }

            batch = TakeReady();
        }

        SendReady(batch);
    }

    private void Add(BatchedWrite write)
    {
        List<BatchedWrite>? batch;
        lock (_gate)
        {
            LineUp(write);
            batch = TakeReady();
        }

        SendReady(batch);
    }

    // Call this while holding the lock.
    private void LineUp(BatchedWrite write)
    {
        write.Number = ++_last;
        CheckKey(write);
        if (_lastOfKey.TryGetValue(write.Key, out var before))
        {
            before.Next = write;
        }
        else
        {
            Enqueue(write);
        }

        _lastOfKey[write.Key] = write;
    }

    private void CheckKey(BatchedWrite write)
    {
        try
        {
            KeyRules.Check(write.Key);
        }
        catch (KvInvalidArgumentException)
        {
            NoteRefusal(write);
            throw;
        }
    }

    private void NoteRefusal(BatchedWrite write)
    {
        lock (_gate)
        {
            if (_stopsAtRefusal && write.Number < _refused)
            {
                Interlocked.Exchange(ref _refused, write.Number);
            }
        }
    }

    private bool IsAfterRefusal(BatchedWrite write) => write.Number > Interlocked.Read(ref _refused);

    private void Enqueue(BatchedWrite write)
    {
        _pending.Enqueue(write);
        _pendingBytes += write.Size;
    }

    private void SendReady(List<BatchedWrite>? batch)
    {
        while (batch is not null)
        {
            _ = RunAsync(batch);
            lock (_gate)
            {
                batch = TakeReady();
            }
        }
    }

    /// <summary>Takes the writes to send now: a full batch while other requests are under way, otherwise all waiting writes. Call it while holding the
    /// lock.</summary>
    private List<BatchedWrite>? TakeReady()
    {
        var isFull = _pending.Count >= _operations || _pendingBytes >= _bytes;
        if (_pending.Count == 0 || (_requests > 0 && (!isFull || _requests >= _requestsAtOnce) && _refused == long.MaxValue))
        {
            return null;
        }

        var batch = new List<BatchedWrite>(Math.Min(_pending.Count, _operations));
        var bytes = 0L;
        while (batch.Count < _operations && _pending.TryPeek(out var write) && (batch.Count == 0 || bytes + write.Size <= _bytes))
        {
            batch.Add(_pending.Dequeue());
            bytes += write.Size;
        }

        _pendingBytes -= bytes;
        _requests++;
        return batch;
    }

    private async Task RunAsync(List<BatchedWrite> batch)
    {
        await SendAsync(batch, 0, batch.Count).ConfigureAwait(false);
        List<BatchedWrite>? next;
        lock (_gate)
        {
            _requests--;
            foreach (var write in batch)
            {
                if (write.Next is { } following)
                {
                    Enqueue(following);
                }
                else
                {
                    _lastOfKey.Remove(write.Key);
                }
            }

            next = TakeReady();
        }

        SendReady(next);
    }

    /// <summary>Sends a part of a batch, divides it if the store refuses it, and completes each of its writes.</summary>
    /// <returns>True if all writes were made.</returns>
    private async ValueTask<bool> SendAsync(List<BatchedWrite> batch, int start, int count)
    {
        // The writes after the first refused one are canceled.
        while (count > 0 && IsAfterRefusal(batch[start + count - 1]))
        {
            batch[start + --count].Cancel();
        }

        if (count == 0)
        {
            return false;
        }

        if (count == 1)
        {
            return await SendAloneAsync(batch[start]).ConfigureAwait(false);
        }

        try
        {
            var transaction = new KvTransaction { Then = batch.GetRange(start, count).ConvertAll(write => write.ToOperation()) };
            var result = await _transactions!.CommitAsync(transaction, _cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < count; i++)
            {
                batch[start + i].Succeed(result.Results[i]);
            }

            return true;
        }
        catch (KvException e) when (BatchFailure.MayDivide(e))
        {
            return await SendDividedAsync(batch, start, count, e.Code).ConfigureAwait(false);
        }
        catch (KvException e)
        {
            EndAll(batch, start, count, write => write.Fail(BatchFailure.Of(e, write.Key)));
        }
        catch (OperationCanceledException)
        {
            EndAll(batch, start, count, write => write.Cancel());
        }

        return false;
    }

    private async ValueTask<bool> SendDividedAsync(List<BatchedWrite> batch, int start, int count, KvErrorCode refusal)
    {
        var half = count / 2;
        var first = await SendAsync(batch, start, half).ConfigureAwait(false);
        var second = await SendAsync(batch, start + half, count - half).ConfigureAwait(false);
        if (first && second)
        {
            // The transaction was too long, not invalid: a server can be configured for less than the default.
            LearnLimit(batch, start, count, refusal);
        }

        return first && second;
    }

    private async ValueTask<bool> SendAloneAsync(BatchedWrite write)
    {
        try
        {
            await write.SendAsync(_store, _cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            write.Cancel();
        }
        catch (KvException e)
        {
            NoteRefusal(write);
            write.Fail(e);
        }

        return false;
    }

    private void LearnLimit(List<BatchedWrite> batch, int start, int count, KvErrorCode refusal)
    {
        lock (_gate)
        {
            if (refusal == KvErrorCode.QuotaExceeded)
            {
                _bytes = Math.Max(1, Math.Min(_bytes, batch.GetRange(start, count).Sum(write => write.Size) / 2));
            }
            else
            {
                _operations = Math.Min(_operations, count - count / 2);
            }
        }
    }

    private void EndAll(List<BatchedWrite> batch, int start, int count, Action<BatchedWrite> end)
    {
        NoteRefusal(batch[start]);
        for (var i = start; i < start + count; i++)
        {
            end(batch[i]);
        }
    }
}
