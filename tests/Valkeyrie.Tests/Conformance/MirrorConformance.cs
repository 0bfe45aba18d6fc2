using System.Text;
using Valkeyrie.Embedded;

namespace Valkeyrie.Tests.Conformance;

/// <summary>Trees that follow other trees.</summary>
public abstract class MirrorConformance(IStoreRig rig) : StoreConformance(rig)
{
    private static readonly KvTreeMirrorOptions Pruning = new() { Prune = true };

    [Fact]
    public async Task A_mirror_copies_what_is_there_and_then_makes_every_change()
    {
        await FillAsync("a", ("changed", "1"), ("gone", "1"), ("d/same", "1"));
        await FillAsync("b", ("changed", "0"), ("d/same", "1"), ("only/here", "1"));
        await using var mirror = Mirror(Store, Pruning);
        await UntilAlikeAsync(Store);
        await FillAsync("a", ("changed", "2"), ("new", "3"), ("d/empty", ""));
        await Store.DeleteAsync(At("a/gone"));
        await UntilAlikeAsync(Store);
        Assert.Equal(["changed=2", "d/empty=", "d/same=1", "new=3"], await TextAsync(Store, "b"));
        var status = await mirror.EndAsync();
        Assert.Equal((KvTreeMirrorPhase.Ended, 1, 1L, 2L), (status.Phase, status.Comparisons, status.Unchanged, status.Removed));
    }

    [Fact]
    public async Task A_mirror_that_does_not_prune_removes_nothing()
    {
        await FillAsync("a", ("x", "1"), ("y", "1"));
        await FillAsync("b", ("own", "1"));
        await using var mirror = Mirror(Store);
        await UntilAsync("x=1", "own=1", "y=1");
        await Store.DeleteAsync(At("a/x"));
        await FillAsync("a", ("z", "1"));
        await UntilAsync("own=1", "x=1", "y=1", "z=1");
    }

    [Fact]
    public async Task A_mirror_leads_to_another_store()
    {
        await FillAsync("a", ("x", "1"), ("d/y", "2"));
        await using var other = EmbeddedStore.OpenInMemory();
        await using (Mirror(other, Pruning))
        {
            await FillAsync("a", ("x", "3"), ("z", "4"));
            await Store.DeleteAsync(At("a/d/y"));
            await UntilAlikeAsync(other);
        }

        Assert.Equal(["x=3", "z=4"], await TextAsync(other, "b"));
    }

    [Fact]
    public async Task What_is_written_while_a_mirror_compares_is_not_lost()
    {
        const int Keys = 300;
        await Parallel.ForAsync(0, Keys, async (i, _) => await Store.PutAsync(At($"a/{i:000}"), "0"));
        var writing = WriteAsync();
        await using (Mirror(Store, Pruning))
        {
            await writing;
            await UntilAlikeAsync(Store);
        }

        Assert.Equal(Enumerable.Range(0, Keys).Where(i => i % 3 != 0).Select(i => $"{i:000}={i % 3}"), await TextAsync(Store, "b"));

        async Task WriteAsync()
        {
            for (var i = 0; i < Keys; i++)
            {
                await Store.PutAsync(At($"a/{i:000}"), "1");
                if (i % 3 == 2)
                {
                    await Store.PutAsync(At($"a/{i:000}"), "2");
                }
                else if (i % 3 == 0)
                {
                    await Store.DeleteAsync(At($"a/{i:000}"));
                }
            }
        }
    }

    [Fact]
    public async Task Of_many_changes_of_a_key_the_last_one_stays()
    {
        await FillAsync("a", ("x", ""));
        await using var mirror = Mirror(Store, Pruning);
        await UntilAlikeAsync(Store);
        for (var i = 0; i < 300; i++)
        {
            await Store.PutAsync(At($"a/{i % 3}"), $"{i}");
            if (i % 7 == 0)
            {
                await Store.DeleteAsync(At($"a/{i % 3}"));
            }
        }

        await UntilAlikeAsync(Store);
        Assert.Equal(["0=297", "1=298", "2=299", "x="], await TextAsync(Store, "b"));
    }

    [Fact]
    public async Task A_mirror_goes_on_where_it_was_ended()
    {
        KvTreeMirrorState? state = null;
        await FillAsync("a", ("gone", "1"), ("kept", "1"), ("x", "1"));
        await using (var first = Mirror(Store, Saving(Pruning)))
        {
            await UntilAlikeAsync(Store);
            await FillAsync("a", ("x", "2"));
            await UntilAlikeAsync(Store);
            await first.EndAsync();
        }

        await Store.DeleteAsync(At("a/gone"));
        await FillAsync("a", ("x", "3"), ("new", "1"));
        var saved = KvTreeMirrorState.Parse(state!.ToJson());
        Assert.Equal(state, saved);
        await using var second = Mirror(Store, Saving(Pruning) with { Resume = saved });
        await UntilAlikeAsync(Store);
        Assert.Equal(["kept=1", "new=1", "x=3"], await TextAsync(Store, "b"));
        Assert.Equal(Promises.History ? 0 : 1, (await second.EndAsync()).Comparisons);

        KvTreeMirrorOptions Saving(KvTreeMirrorOptions options) => options with
        {
            Save = now =>
            {
                state = now;
                return ValueTask.CompletedTask;
            },
        };
    }

    [Fact]
    public async Task A_mirror_made_once_ends_when_all_is_alike()
    {
        await FillAsync("a", ("x", "1"), ("y", "1"));
        await FillAsync("b", ("y", "1"), ("z", "1"));
        var phases = new List<KvTreeMirrorPhase>();
        var options = Pruning with { Once = true, PhaseChanged = status => phases.Add(status.Phase) };
        var status = await new KvTreeMirror(Store, At("a"), Store, At("b"), options).RunAsync();
        Assert.Equal(new KvTreeMirrorStatus(KvTreeMirrorPhase.Ended, 1, 1, 1, status.Revision, 1), status);
        Assert.Equal([KvTreeMirrorPhase.Comparing, KvTreeMirrorPhase.Ended], phases);
        Assert.Equal(["x=1", "y=1"], await TextAsync(Store, "b"));
    }

    [Fact]
    public async Task A_directory_that_does_not_exist_is_followed_until_it_does()
    {
        await using var mirror = Mirror(Store);
        await FillAsync("a", ("x", "1"));
        await UntilAsync("x=1");
    }

    private RunningMirror Mirror(IKvStore destination, KvTreeMirrorOptions? options = null) =>
        new(new KvTreeMirror(Store, At("a"), destination, At("b"), options));

    private async Task FillAsync(string tree, params (string Key, string Value)[] pairs)
    {
        foreach (var (key, value) in pairs)
        {
            await Store.PutAsync(At($"{tree}/{key}"), Encoding.UTF8.GetBytes(value));
        }
    }

    private Task UntilAlikeAsync(IKvStore destination) => Patience.UntilAsync(
        async () => (await TextAsync(Store, "a")).SequenceEqual(await TextAsync(destination, "b")), "a destination that is like its source");

    private Task UntilAsync(params string[] pairs) =>
        Patience.UntilAsync(async () => (await TextAsync(Store, "b")).ToHashSet().SetEquals(pairs), $"a destination that holds {string.Join(", ", pairs)}");

    private async Task<IEnumerable<string>> TextAsync(IKvStore store, string tree)
    {
        var pairs = await KvTreeContent.Of(store, At(tree)).OrEmpty().Pairs.ToListAsync();
        return pairs.Select(pair => $"{pair.Key[At($"{tree}/").Length..]}={pair.Value}");
    }
}
