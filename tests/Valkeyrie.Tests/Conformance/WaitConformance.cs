namespace Valkeyrie.Tests.Conformance;

/// <summary>Waiting for changes of a key by other clients.</summary>
public abstract class WaitConformance(IStoreRig rig) : StoreConformance(rig)
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private string Key => At("awaited");

    [Fact]
    public async Task A_key_that_is_there_is_not_waited_for()
    {
        await Store.PutAsync(Key, "v");
        Assert.Equal("v", (await Store.WaitAsync(Key, pair => pair is not null, TimeSpan.Zero))!.Value);
        Assert.Null(await Store.WaitAsync(At("none"), pair => pair is null, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_key_that_comes_ends_the_wait()
    {
        var asked = new TaskCompletionSource();
        var waiting = Store.WaitAsync(Key, pair => Told(asked, pair is not null), Long).AsTask();
        await asked.Task;
        await Open().PutAsync(Key, "v");
        Assert.Equal("v", (await waiting)!.Value);
    }

    [Fact]
    public async Task A_key_that_goes_ends_the_wait()
    {
        await Store.PutAsync(Key, "v");
        var asked = new TaskCompletionSource();
        var waiting = Store.WaitAsync(Key, pair => Told(asked, pair is null), Long).AsTask();
        await asked.Task;
        await Open().DeleteAsync(Key);
        Assert.Null(await waiting);
    }

    [Fact]
    public async Task A_value_ends_the_wait_and_others_do_not()
    {
        var asked = new TaskCompletionSource();
        var waiting = Store.WaitAsync(Key, pair => Told(asked, pair?.Value == "ready"), Long).AsTask();
        await asked.Task;
        var other = Open();
        foreach (var value in new[] { "starting", "almost", "ready" })
        {
            await other.PutAsync(Key, value);
        }

        Assert.Equal("ready", (await waiting)!.Value);
    }

    [Fact]
    public async Task The_timeout_ends_the_wait_with_an_error_that_names_the_key()
    {
        var late = await Assert.ThrowsAsync<KvWaitTimeoutException>(async () => await Store.WaitAsync(Key, pair => pair is not null, TimeSpan.FromMilliseconds(1)));
        Assert.Equal(KvErrorCode.WaitTimedOut, late.Code);
        Assert.Equal(Key, late.Key);
        await Store.PutAsync(Key, "v");
        await Assert.ThrowsAsync<KvWaitTimeoutException>(async () => await Store.WaitAsync(Key, pair => pair is null, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_token_and_a_closed_store_end_the_wait()
    {
        using var cancelled = new CancellationTokenSource();
        var asked = new TaskCompletionSource();
        var waiting = Store.WaitAsync(Key, pair => Told(asked, pair is not null), Long, cancelled.Token).AsTask();
        await asked.Task;
        await cancelled.CancelAsync();
        Assert.Equal(cancelled.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting)).CancellationToken);

        var own = Open();
        asked = new TaskCompletionSource();
        waiting = own.WaitAsync(Key, pair => Told(asked, pair is not null), Long).AsTask();
        await asked.Task;
        await own.DisposeAsync();
        await Assert.ThrowsAsync<KvStoreClosedException>(() => waiting);
    }

    [Fact]
    public async Task A_key_that_goes_is_not_missed_however_early_it_goes()
    {
        for (var round = 0; round < 20; round++)
        {
            await Store.PutAsync(Key, "v");
            var asked = new TaskCompletionSource();
            var waiting = Store.WaitAsync(Key, pair => Told(asked, pair is null), Long).AsTask();
            await asked.Task;
            await Store.DeleteAsync(Key);
            Assert.Null(await waiting);
        }
    }

    [Fact]
    public async Task A_negative_timeout_is_refused() =>
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.WaitAsync(Key, pair => true, TimeSpan.FromSeconds(-1)));

    private static bool Told(TaskCompletionSource asked, bool answer)
    {
        asked.TrySetResult();
        return answer;
    }
}
