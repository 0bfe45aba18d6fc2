using Valkeyrie.Embedded;

namespace Valkeyrie.Tests.Contract;

/// <summary>Grouping, dividing and ending writes, on a store that delays and refuses on request.</summary>
public sealed class BatchWriterTests : IAsyncDisposable
{
    private readonly IKvStore _memory = EmbeddedStore.OpenInMemory();
    private readonly GatedTransactions _store;

    public BatchWriterTests() => _store = new GatedTransactions(_memory);

    public ValueTask DisposeAsync() => _memory.DisposeAsync();

    [Fact]
    public async Task The_first_write_goes_at_once_and_alone_and_those_that_come_meanwhile_go_together()
    {
        var writer = new KvBatchWriter(_store);
        _store.Hold();
        var first = writer.PutAsync("first", "1"u8.ToArray());
        var rest = Enumerable.Range(0, 100).Select(i => writer.PutAsync($"k{i}", "v"u8.ToArray())).ToList();
        Assert.Equal(["put first"], _store.Requests);
        _store.Release();
        await first;
        await Task.WhenAll(rest);
        Assert.Equal(["put first", "transaction of 100"], _store.Requests);
        Assert.Single(rest.Select(end => end.Result.Revision).Distinct());
    }

    [Fact]
    public async Task A_full_transaction_goes_while_others_are_on_their_way()
    {
        var writer = new KvBatchWriter(_store, new KvBatchOptions { Operations = 10, Requests = 3 });
        _store.Hold();
        var ends = Enumerable.Range(0, 41).Select(i => writer.PutAsync($"k{i}", "v"u8.ToArray())).ToList();
        Assert.Equal(["put k0", "transaction of 10", "transaction of 10"], _store.Requests);
        _store.Release();
        await Task.WhenAll(ends);
        Assert.Equal(41, await _memory.CountAsync(KvRange.All));
    }

    [Fact]
    public async Task A_transaction_holds_a_key_once()
    {
        var writer = new KvBatchWriter(_store);
        _store.Hold();
        var ends = new List<Task> { writer.PutAsync("x", "0"u8.ToArray()) };
        ends.AddRange([writer.PutAsync("a", "1"u8.ToArray()), writer.PutAsync("a", "2"u8.ToArray()), writer.PutAsync("b", "1"u8.ToArray()), writer.TryDeleteAsync("a")]);
        _store.Release();
        await Task.WhenAll(ends);
        Assert.Equal(["put x", "transaction of 2", "put a", "delete a"], _store.Requests);
        Assert.False(await _memory.ExistsAsync("a"));
    }

    [Fact]
    public async Task A_refused_transaction_is_divided_and_only_what_is_refused_fails()
    {
        _store.Refuses = key => key is "k13" or "k57";
        var writer = new KvBatchWriter(_store);
        _store.Hold();
        var ends = Enumerable.Range(0, 101).Select(i => writer.PutAsync($"k{i}", "v"u8.ToArray())).ToList();
        _store.Release();
        await Task.WhenAll(ends).ContinueWith(_ => { }, TaskScheduler.Default);
        var failed = ends.Select((end, i) => (end, i)).Where(one => one.end.IsFaulted).ToList();
        Assert.Equal([13, 57], failed.Select(one => one.i));
        foreach (var (end, i) in failed)
        {
            Assert.Equal($"k{i}", Assert.IsType<KvPermissionDeniedException>(end.Exception!.InnerException).Key);
        }

        Assert.Equal(99, await _memory.CountAsync(KvRange.All));
    }

    [Fact]
    public async Task With_stop_what_was_before_the_first_refused_key_is_made_and_nothing_after_it_is_sent()
    {
        _store.Refuses = key => key is "k13" or "k57";
        var writer = new KvBatchWriter(_store, new KvBatchOptions { StopAtRefusal = true });
        _store.Hold();
        var ends = Enumerable.Range(0, 101).Select(i => writer.PutAsync($"k{i}", "v"u8.ToArray())).ToList();
        _store.Release();
        await Task.WhenAll(ends).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.All(ends.Take(13), end => Assert.True(end.IsCompletedSuccessfully));
        Assert.True(ends[13].IsFaulted);
        Assert.All(ends.Skip(14), end => Assert.True(end.IsCanceled));
        Assert.Equal(13, await _memory.CountAsync(KvRange.All));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer.PutAsync("later", "v"u8.ToArray()));
    }

    [Fact]
    public async Task With_stop_a_key_that_breaks_a_rule_ends_what_comes_after_it_and_nothing_before_it()
    {
        _store.Refuses = key => key is "k40";
        var writer = new KvBatchWriter(_store, new KvBatchOptions { StopAtRefusal = true, Operations = 10 });
        _store.Hold();
        var before = Enumerable.Range(0, 30).Select(i => writer.PutAsync($"k{i}", "v"u8.ToArray())).ToList();
        await Assert.ThrowsAsync<KvInvalidArgumentException>(() => writer.PutAsync("a\0b", "v"u8.ToArray()));
        var after = Enumerable.Range(30, 30).Select(i => writer.PutAsync($"k{i}", "v"u8.ToArray())).ToList();
        _store.Release();
        await Task.WhenAll(before);
        await Task.WhenAll(after).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.All(after, end => Assert.True(end.IsCanceled));
        Assert.Equal(30, await _memory.CountAsync(KvRange.All));
    }

    [Fact]
    public async Task A_transaction_of_unknown_outcome_is_not_sent_again_and_each_of_its_keys_says_so()
    {
        var writer = new KvBatchWriter(_store);
        _store.Hold();
        var first = writer.PutAsync("first", "1"u8.ToArray());
        var rest = Enumerable.Range(0, 50).Select(i => writer.PutAsync($"k{i}", "v"u8.ToArray())).ToList();
        _store.LosesReplies = true;
        _store.Release();
        await first;
        for (var i = 0; i < rest.Count; i++)
        {
            var lost = await Assert.ThrowsAsync<KvUnreachableException>(() => rest[i].WaitAsync(Patience.Limit));
            Assert.Equal(($"k{i}", false), (lost.Key, lost.NotSent));
            Assert.Contains("may have been made", lost.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["put first", "transaction of 50"], _store.Requests);
        Assert.Equal(51, await _memory.CountAsync(KvRange.All));
    }

    [Fact]
    public async Task A_server_that_takes_fewer_operations_is_asked_for_fewer_from_then_on()
    {
        _store.MostOperations = 40;
        var writer = new KvBatchWriter(_store);
        _store.Hold();
        var ends = Enumerable.Range(0, 1025).Select(i => writer.PutAsync($"k{i:d4}", "v"u8.ToArray())).ToList();
        _store.Release();
        await Task.WhenAll(ends);
        Assert.Equal(1025, await _memory.CountAsync(KvRange.All));
        Assert.DoesNotContain(_store.Requests.Skip(30), request => request == "transaction of 128");
    }

    [Fact]
    public async Task Cancellation_ends_every_write()
    {
        using var cancelled = new CancellationTokenSource();
        var writer = new KvBatchWriter(_store, null, cancelled.Token);
        _store.Hold();
        var ends = Enumerable.Range(0, 300).Select(i => writer.PutAsync($"k{i}", "v"u8.ToArray())).ToList();
        await cancelled.CancelAsync();
        _store.Release();
        foreach (var end in ends)
        {
            await end.WaitAsync(Patience.Limit).ContinueWith(_ => { }, TaskScheduler.Default);
            Assert.True(end.IsCompleted);
        }

        Assert.Contains(ends, end => end.IsCanceled);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(null, 0)]
    [InlineData(-1, 4)]
    public void Options_below_one_are_refused(int? operations, int? requests)
    {
        var refused = Assert.Throws<KvInvalidArgumentException>(() => new KvBatchWriter(_store, new KvBatchOptions { Operations = operations, Requests = requests }));
        Assert.Contains("at least 1", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Delays requests, refuses keys as a server refuses a user, and loses replies.</summary>
    private sealed class GatedTransactions(IKvStore inner) : PlainStore(inner), IKvTransactions
    {
        private readonly IKvStore _inner = inner;
        private readonly List<string> _requests = [];
        private TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Func<string, bool> Refuses { get; set; } = _ => false;

        public bool LosesReplies { get; set; }

        public int MostOperations { get; set; } = int.MaxValue;

        public IReadOnlyList<string> Requests
        {
            get
            {
                lock (_requests)
                {
                    return [.. _requests];
                }
            }
        }

        public void Hold() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _gate.SetResult();

        public override async ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, KvPutOptions? options = null, CancellationToken cancellationToken = default)
        {
            await EnterAsync($"put {key}", [key], cancellationToken);
            return await _inner.PutAsync(key, value, options, cancellationToken);
        }

        public override async ValueTask<bool> TryDeleteAsync(string key, CancellationToken cancellationToken = default)
        {
            await EnterAsync($"delete {key}", [key], cancellationToken);
            return await _inner.TryDeleteAsync(key, cancellationToken);
        }

        public async ValueTask<KvTransactionResult> CommitAsync(KvTransaction transaction, CancellationToken cancellationToken = default)
        {
            await EnterAsync($"transaction of {transaction.Then.Count}", transaction.Then.OfType<KvOperation.Put>().Select(put => put.Key), cancellationToken);
            if (transaction.Then.Count > MostOperations)
            {
                throw new KvInvalidArgumentException("too many operations in txn request");
            }

            var result = await ((IKvTransactions)_inner).CommitAsync(transaction, cancellationToken);
            return LosesReplies
                ? throw new KvUnreachableException(KvUnreachableReason.ConnectionLost, "The connection broke during the call. A write may have been made.")
                : result;
        }

        private async Task EnterAsync(string request, IEnumerable<string> keys, CancellationToken cancellationToken)
        {
            lock (_requests)
            {
                _requests.Add(request);
            }

            await _gate.Task.WaitAsync(cancellationToken);
            if (keys.FirstOrDefault(Refuses) is { } refused)
            {
                throw new KvPermissionDeniedException($"The user may not write '{refused}'.") { Key = refused };
            }
        }
    }
}
