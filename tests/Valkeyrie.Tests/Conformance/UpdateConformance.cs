using System.Globalization;

namespace Valkeyrie.Tests.Conformance;

/// <summary>Atomic changes of a value.</summary>
public abstract class UpdateConformance(IStoreRig rig) : StoreConformance(rig)
{
    private string Key => At("counter");

    [Fact]
    public async Task No_change_is_lost_however_many_make_one_at_once()
    {
        const int Writers = 8;
        const int Each = 5;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async i =>
        {
            var store = i % 2 == 0 ? Store : Open();
            for (var n = 0; n < Each; n++)
            {
                await store.UpdateAsync(Key, Next);
            }
        }));
        Assert.Equal($"{Writers * Each}", (await Store.GetAsync(Key)).Value);
    }

    [Fact]
    public async Task What_others_write_in_between_is_read_and_the_change_made_again()
    {
        await Store.PutAsync(Key, "5");
        var seen = new List<string>();
        var update = new KvUpdate(Store, Key);
        seen.Add((await update.ReadAsync())!.Value);
        await Store.PutAsync(Key, "7");
        Assert.Null(await update.TryWriteAsync("6".Bytes()));
        seen.Add((await update.ReadAsync())!.Value);
        await Store.DeleteAsync(Key);
        Assert.Null(await update.TryWriteAsync("8".Bytes()));
        Assert.Null(await update.ReadAsync());
        Assert.Equal("1", (await update.TryWriteAsync("1".Bytes()))!.Value);
        Assert.Equal(["5", "7"], seen);
        Assert.Equal("1", (await Store.GetAsync(Key)).Value);
    }

    [Fact]
    public async Task The_attempts_are_bounded_and_the_error_says_how_many_there_were()
    {
        await Store.PutAsync(Key, "0");
        var asked = 0;
        var refused = await Assert.ThrowsAsync<KvKeyModifiedException>(async () => await Store.UpdateAsync(
            Key,
            pair =>
            {
                asked++;
                Store.PutAsync(Key, $"{asked}").AsTask().GetAwaiter().GetResult();
                return "lost".Bytes();
            },
            new KvUpdateOptions { Attempts = 3 }));
        Assert.Equal(3, asked);
        Assert.Equal(Key, refused.Key);
        Assert.Contains("3 attempts", refused.Message, StringComparison.Ordinal);
        Assert.Equal("3", (await Store.GetAsync(Key)).Value);
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.UpdateAsync(Key, Next, new KvUpdateOptions { Attempts = 0 }));
    }

    [Fact]
    public async Task A_key_that_does_not_exist_is_created_unless_it_must()
    {
        await Assert.ThrowsAsync<KvKeyNotFoundException>(async () => await Store.UpdateAsync(Key, Next, new KvUpdateOptions { MustExist = true }));
        Assert.False(await Store.ExistsAsync(Key));
        Assert.Equal("1", (await Store.UpdateAsync(Key, Next)).Value);
        Assert.Equal("2", (await Store.UpdateAsync(Key, Next, new KvUpdateOptions { MustExist = true })).Value);
    }

    [Fact]
    public async Task The_same_value_is_not_written()
    {
        var written = await Store.PutAsync(Key, "5");
        Assert.Equal(written.Revision, (await Store.UpdateAsync(Key, pair => pair!.GetBytes())).Revision);
        Assert.Equal(written.Revision, (await Store.GetAsync(Key)).Revision);
    }

    [Fact]
    public async Task A_key_keeps_its_time_to_live_or_gets_another_one()
    {
        var ttl = TimeSpan.FromMinutes(5);
        await Store.PutAsync(Key, "5", new KvPutOptions { Ttl = ttl });
        try
        {
            await Store.UpdateAsync(Key, Next);
        }
        catch (KvNotSupportedException e)
        {
            // A store that does not report the remaining time to live of a key.
            Assert.False(Promises.Leases);
            Assert.Null((await Store.GetAsync(Key)).Ttl);
            Assert.Equal(Key, e.Key);
            Assert.Equal("5", (await Store.GetAsync(Key)).Value);
            Assert.Equal("6", (await Store.UpdateAsync(Key, Next, new KvUpdateOptions { Ttl = ttl })).Value);
            return;
        }

        var pair = await Store.WithLifetimeAsync(await Store.GetAsync(Key));
        Assert.Equal("6", pair.Value);
        Assert.InRange(pair.Ttl!.Value, TimeSpan.FromSeconds(1), ttl);
        await Store.UpdateAsync(Key, Next, new KvUpdateOptions { Ttl = 2 * ttl });
        Assert.InRange((await Store.WithLifetimeAsync(await Store.GetAsync(Key))).Ttl!.Value, ttl, 2 * ttl);
    }

    [Fact]
    public async Task What_the_change_throws_ends_the_update_and_nothing_is_written()
    {
        await Store.PutAsync(Key, "5");
        await Assert.ThrowsAsync<FormatException>(async () => await Store.UpdateAsync(Key, _ => throw new FormatException("no number")));
        Assert.Equal("5", (await Store.GetAsync(Key)).Value);
    }

    private static ReadOnlyMemory<byte> Next(KvPair? pair) => $"{int.Parse(pair?.Value ?? "0", CultureInfo.InvariantCulture) + 1}".Bytes();
}
