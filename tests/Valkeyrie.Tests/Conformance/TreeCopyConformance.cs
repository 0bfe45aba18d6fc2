using System.Text;

namespace Valkeyrie.Tests.Conformance;

/// <summary>Trees compared and copied.</summary>
public abstract class TreeCopyConformance(IStoreRig rig) : StoreConformance(rig)
{
    [Fact]
    public async Task A_comparison_tells_of_each_key_what_the_trees_hold()
    {
        await FillAsync("a", ("both", "1"), ("changed", "old"), ("left", "1"), ("z/deep", "1"));
        await FillAsync("b", ("both", "1"), ("changed", "new"), ("right", "1"), ("z/deep", "1"));
        var differences = await CompareAsync(Tree("a"), Tree("b"));
        Assert.Equal(["== both", "<> changed", "<= left", "=> right", "== z/deep"], differences.Select(d => $"{d.SideIndicator} {d.RelativeKey}"));
        Assert.Equal(differences.Select(d => At("a/" + d.RelativeKey)), differences.Select(d => d.Key));
        Assert.Equal(("old", "new"), (differences[1].ReferenceValue, differences[1].DifferenceValue));
        Assert.Equal((At("b/right"), null), (differences[3].Difference?.Key, differences[3].Reference));
    }

    [Fact]
    public async Task A_missing_tree_compares_as_empty_only_if_asked_to()
    {
        await FillAsync("a", ("x", "1"));
        var wasMissing = false;
        Assert.Single(await CompareAsync(Tree("a"), Tree("missing").OrEmpty(() => wasMissing = true)));
        Assert.True(wasMissing);
        await Assert.ThrowsAsync<KvKeyNotFoundException>(() => CompareAsync(Tree("a"), Tree("missing")));
    }

    [Fact]
    public async Task Pairs_that_are_not_in_order_are_not_compared()
    {
        var unordered = new KvTreeContent(Listed("b", "a"), "");
        await Assert.ThrowsAsync<KvInvalidArgumentException>(() => CompareAsync(unordered, new KvTreeContent(Listed("a"), "")));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(() => CompareAsync(new KvTreeContent(Listed("a"), ""), new KvTreeContent(Listed("c", "c"), "")));
    }

    [Fact]
    public async Task A_copy_writes_what_differs_and_leaves_the_rest_alone()
    {
        await FillAsync("a", ("new", "1"), ("changed", "1"), ("same", "1"), ("d/empty", ""));
        await FillAsync("b", ("changed", "0"), ("same", "1"), ("own", "1"));
        var same = await Store.GetAsync(At("b/same"));
        var result = await new KvTreeCopy(Tree("a"), Store, At("b")).RunAsync();
        Assert.Equal(new KvTreeCopyResult(3, 1, 0, "same"), result);
        Assert.Equal(["changed=1", "d/empty=", "new=1", "own=1", "same=1"], await TextAsync("b"));
        Assert.Equal(same.Revision, (await Store.GetAsync(At("b/same"))).Revision);
    }

    [Fact]
    public async Task A_pruning_copy_removes_what_the_source_lacks_and_no_neighbour()
    {
        await FillAsync("a", ("x", "1"));
        await FillAsync("b", ("a", "1"), ("x", "1"), ("y/z", "1"));
        await Store.PutAllAsync(At("b-1"), At("bb/x"));
        var result = await new KvTreeCopy(Tree("a"), Store, At("b"), new KvTreeCopyOptions { Prune = true }).RunAsync();
        Assert.Equal(new KvTreeCopyResult(0, 1, 2, "y/z"), result);
        Assert.Equal([At("a/x"), At("b-1"), At("b/x"), At("bb/x")], await Store.KeysAsync(Root));
    }

    [Fact]
    public async Task A_copy_goes_on_after_a_key()
    {
        await FillAsync("a", ("1", "x"), ("2", "x"), ("3", "x"));
        await FillAsync("b", ("0", "x"), ("25", "x"));
        var result = await new KvTreeCopy(Tree("a"), Store, At("b"), new KvTreeCopyOptions { StartAfter = "2", Prune = true }).RunAsync();
        Assert.Equal(new KvTreeCopyResult(1, 0, 1, "3"), result);
        Assert.Equal(["0=x", "3=x"], await TextAsync("b"));
    }

    [Fact]
    public async Task A_key_that_would_expire_is_written_anew_to_stay()
    {
        await FillAsync("a", ("x", "1"));
        await Store.PutAsync(At("b/x"), "1", new KvPutOptions { Ttl = TimeSpan.FromMinutes(10) });
        Assert.Equal(1, (await new KvTreeCopy(Tree("a"), Store, At("b")).RunAsync()).Written);
        var pair = await Store.GetAsync(At("b/x"));
        Assert.Equal((null, null), (pair.LeaseId, pair.Ttl));
    }

    [Fact]
    public async Task A_copy_counts_the_keys_that_no_longer_expire_at_each_run()
    {
        await FillAsync("a", ("x", "1"));
        await Store.PutAsync(At("a/y"), "1", new KvPutOptions { Ttl = TimeSpan.FromMinutes(10) });
        await Store.PutAsync(At("a/z"), "1", new KvPutOptions { Ttl = TimeSpan.FromMinutes(10) });
        Assert.Equal(new KvTreeCopyResult(3, 0, 0, "z") { Permanent = 2, FirstPermanent = "y" }, await new KvTreeCopy(Tree("a"), Store, At("b")).PreviewAsync());
        Assert.Equal(new KvTreeCopyResult(3, 0, 0, "z") { Permanent = 2, FirstPermanent = "y" }, await new KvTreeCopy(Tree("a"), Store, At("b")).RunAsync());
        Assert.Equal(new KvTreeCopyResult(0, 3, 0, "z") { Permanent = 2, FirstPermanent = "y" }, await new KvTreeCopy(Tree("a"), Store, At("b")).RunAsync());
        Assert.Equal(0, (await new KvTreeCopy(Tree("b"), Store, At("c")).RunAsync()).Permanent);
    }

    [Fact]
    public async Task A_copy_into_its_own_source_copies_what_was_there_before()
    {
        await FillAsync("a", ("x", "1"), ("y", "1"));
        await new KvTreeCopy(Tree("a"), Store, At("a/copy")).RunAsync();
        Assert.Equal(["copy/x=1", "copy/y=1", "x=1", "y=1"], await TextAsync("a"));
    }

    [Fact]
    public async Task A_copy_that_fails_tells_from_where_to_go_on()
    {
        string[] keys = [.. Enumerable.Range(0, 500).Select(i => $"k{i:000}")];
        var copy = new KvTreeCopy(new KvTreeContent(BrokenAfter(keys.Take(300)), ""), Store, At("b"));
        await Refusal.ThrowsAsync(KvErrorCode.QuotaExceeded, () => copy.RunAsync());
        var (written, _, _, last) = copy.Progress;
        Assert.Equal(keys[written - 1], last);
        var rest = new KvTreeCopy(new KvTreeContent(Listed(keys), ""), Store, At("b"), new KvTreeCopyOptions { StartAfter = last });
        var (writtenThen, unchangedThen, _, lastThen) = await rest.RunAsync();
        Assert.Equal((keys.Length - written, keys[^1]), (writtenThen + unchangedThen, lastThen));
        Assert.Equal(keys, (await Store.KeysAsync(At("b"))).Select(key => key[At("b/").Length..]));
    }

    private static async IAsyncEnumerable<KvPair> BrokenAfter(IEnumerable<string> keys)
    {
        await foreach (var pair in Listed([.. keys]))
        {
            yield return pair;
        }

        throw new KvException(KvErrorCode.QuotaExceeded, "as if");
    }

    private static async IAsyncEnumerable<KvPair> Listed(params string[] keys)
    {
        foreach (var key in keys)
        {
            await Task.Yield();
            yield return new KvPair("1"u8.ToArray()) { Key = key };
        }
    }

    private static async Task<List<KvTreeDifference>> CompareAsync(KvTreeContent reference, KvTreeContent difference)
    {
        var differences = new List<KvTreeDifference>();
        await foreach (var found in KvTreeComparison.CompareAsync(reference, difference))
        {
            differences.Add(found);
        }

        return differences;
    }

    private KvTreeContent Tree(string name) => KvTreeContent.Of(Store, At(name));

    private async Task FillAsync(string tree, params (string Key, string Value)[] pairs)
    {
        foreach (var (key, value) in pairs)
        {
            await Store.PutAsync(At($"{tree}/{key}"), Encoding.UTF8.GetBytes(value));
        }
    }

    private async Task<IEnumerable<string>> TextAsync(string tree) =>
        (await Store.ListAllAsync(At(tree))).Select(pair => $"{pair.Key[At(tree + "/").Length..]}={pair.Value}");
}
