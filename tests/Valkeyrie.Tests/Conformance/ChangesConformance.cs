namespace Valkeyrie.Tests.Conformance;

/// <summary>Reacting to changes from a moment on.</summary>
public abstract class ChangesConformance(IStoreRig rig) : StoreConformance(rig)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_changed_once_the_call_has_returned_is_told_and_nothing_before(bool isEmpty)
    {
        for (var round = 0; round < 5; round++)
        {
            var directory = At($"{round}");
            if (!isEmpty)
            {
                await Store.PutAllAsync($"{directory}/old", $"{directory}/removed");
            }

            using var ended = new CancellationTokenSource();
            var changes = await Store.FollowAsync(directory, ended.Token);
            var expected = new List<(KvEventType, string)>();
            if (!isEmpty)
            {
                await Store.DeleteAsync($"{directory}/removed");
                expected.Add((KvEventType.Delete, $"{directory}/removed"));
            }

            await Store.PutAsync($"{directory}/x", "1");
            await Store.PutAsync($"{directory}/~", "2");
            var told = new List<(KvEventType, string)>();
            await foreach (var change in changes)
            {
                // A write during the start of the watch may be reported as existing.
                told.Add((change.Type == KvEventType.Existing ? KvEventType.Put : change.Type, change.Key));
                if (told.Contains((KvEventType.Put, $"{directory}/~")) && expected.TrueForAll(told.Contains))
                {
                    break;
                }
            }

            Assert.DoesNotContain(told, one => one.Item2 == $"{directory}/old");
            Assert.Contains((KvEventType.Put, $"{directory}/x"), told);
            await ended.CancelAsync();
        }
    }

    [Fact]
    public async Task A_token_and_a_closed_store_end_the_stream()
    {
        using var ended = new CancellationTokenSource();
        var changes = await Store.FollowAsync(Root, ended.Token);
        await ended.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await changes.FirstAsync());

        var own = Open();
        changes = await own.FollowAsync(Root);
        var first = changes.FirstAsync().AsTask();
        await own.DisposeAsync();
        await Assert.ThrowsAsync<KvStoreClosedException>(() => first);
    }
}
