namespace Valkeyrie.Tests.Engine;

/// <summary>A canceled call reports the token of its caller, whatever tokens the recipe creates from it.</summary>
public sealed class CancellationRecipeTests : IAsyncDisposable
{
    private readonly ScriptedEngine _engine = new();
    private readonly RevisionedStore _store;
    private readonly CancellationTokenSource _cancel = new();

    public CancellationRecipeTests() => _store = new RevisionedStore(_engine);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _cancel.Dispose();
    }

    [Fact]
    public Task A_cancelled_listing_carries_the_token_of_its_caller() => CancelledAsync("Range", async token => await ReadAsync(_store.ListAsync(KvRange.All, null, token)));

    [Fact]
    public Task A_cancelled_watch_carries_the_token_of_its_caller() => CancelledAsync("Watch", async token => await ReadAsync(_store.WatchAsync("k", null, token)));

    [Theory]
    [InlineData("Grant")]
    [InlineData("Commit")]
    public Task A_cancelled_lock_carries_the_token_of_its_caller(string stalled) => CancelledAsync(stalled, async token => await _store.LockAsync("k", null, token));

    private static async Task ReadAsync<T>(IAsyncEnumerable<T> items)
    {
        await foreach (var _ in items)
        {
        }
    }

    private async Task CancelledAsync(string stalled, Func<CancellationToken, Task> call)
    {
        var reached = new TaskCompletionSource();
        _engine.Before = (name, token) =>
        {
            if (name != stalled)
            {
                return Task.CompletedTask;
            }

            reached.TrySetResult();
            return Task.Delay(Timeout.Infinite, token);
        };
        var calling = call(_cancel.Token);
        await reached.Task.WaitAsync(Patience.Limit);
        await _cancel.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calling.WaitAsync(Patience.Limit));
        Assert.Equal(_cancel.Token, cancelled.CancellationToken);
        _engine.Before = (_, _) => Task.CompletedTask;
    }
}
