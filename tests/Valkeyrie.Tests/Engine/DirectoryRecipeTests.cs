namespace Valkeyrie.Tests.Engine;

/// <summary>The small part of a store that is read to show a directory.</summary>
public sealed class DirectoryRecipeTests
{
    [Theory]
    [InlineData("user19", 1000)]
    [InlineData("USER199", 100)]
    [InlineData("z", 1)]
    [InlineData("nothing", 0)]
    public async Task Names_with_a_beginning_are_sought_and_not_read_up_to(string beginning, int expected)
    {
        await using var engine = new ScriptedEngine();
        await using var store = new RevisionedStore(engine);
        await store.PutAllAsync([.. Enumerable.Range(0, 20_000).Select(i => $"app/user{i:d5}"), "app/Z/deep"]);
        var before = engine.Calls.Count;
        var entries = await store.EntriesAsync("app", new KvEntryOptions { NamePrefix = beginning, KeysOnly = true });
        Assert.Equal(expected, entries.Count);
        Assert.InRange(engine.Calls.Count - before, 1, 8);
    }
}
