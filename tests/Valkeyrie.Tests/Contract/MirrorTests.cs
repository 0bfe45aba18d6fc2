using Valkeyrie.Embedded;

namespace Valkeyrie.Tests.Contract;

/// <summary>The refusals, detections and recoveries of a mirror.</summary>
public sealed class MirrorTests : IAsyncDisposable
{
    private static readonly KvTreeMirrorOptions Pruning = new() { Prune = true };

    private readonly TemporaryFolder _folder = new();
    private readonly List<IKvStore> _opened = [];
    private KvTreeMirrorState? _saved;

    static MirrorTests() => EmbeddedStore.Register();

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _opened)
        {
            await store.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Theory]
    [InlineData("app", "app")]
    [InlineData("app", "app/copy")]
    [InlineData("app/part", "app")]
    [InlineData("", "app")]
    [InlineData("app", "")]
    public void Trees_of_which_one_is_a_part_of_the_other_are_refused(string source, string destination)
    {
        var one = Open("one");
        var again = Open("one");
        foreach (var other in new[] { one, again })
        {
            var error = Assert.Throws<KvInvalidArgumentException>(() => new KvTreeMirror(one, Tree(source), other, Tree(destination)));
            Assert.Contains(one.Info.Address, error.Message, StringComparison.Ordinal);
        }

        _ = new KvTreeMirror(one, Tree(source), Open("two"), Tree(destination));
        _ = new KvTreeMirror(Memory(), Tree(source), Memory(), Tree(destination));
    }

    [Fact]
    public async Task Namespaces_count_for_what_is_a_part_of_what()
    {
        await using var inside = KvStore.Open(Open("one").Info.Address, new KvStoreOptions { Namespace = "app/" });
        Assert.Throws<KvInvalidArgumentException>(() => new KvTreeMirror(inside, "x", Open("one"), "app"));
        Assert.Throws<KvInvalidArgumentException>(() => new KvTreeMirror(Open("one"), "app/x/y", inside, "x"));
        _ = new KvTreeMirror(inside, "app", Open("one"), "x");
        _ = new KvTreeMirror(inside, "app", Open("one"), "app/x");
    }

    [Fact]
    public void A_single_key_is_no_tree()
    {
        Assert.Throws<KvInvalidArgumentException>(() => new KvTreeMirror(Memory(), KvRange.Key("a"), Memory(), "a"));
        Assert.Throws<KvInvalidArgumentException>(() => new KvTreeMirror(Memory(), "a", Memory(), KvRange.Key("a")));
        Assert.Throws<KvInvalidArgumentException>(() => new KvTreeMirror(Memory(), "a", Memory(), "a", new KvTreeMirrorOptions { InFlight = 0 }));
    }

    [Theory]
    [InlineData("other", "a", "two", "b")]
    [InlineData("one", "x", "two", "b")]
    [InlineData("one", "a", "other", "b")]
    [InlineData("one", "a", "two", "x")]
    public async Task The_state_of_another_mirror_is_refused_and_nothing_is_written(string source, string range, string destination, string place)
    {
        await Open("one").PutAsync("a/k", "1");
        await Open(source).PutAsync($"{range}/k", "1");
        await OnceAsync(Open("one"), "a", Open("two"), "b");
        var state = _saved;
        var error = await Assert.ThrowsAsync<KvInvalidArgumentException>(
            () => new KvTreeMirror(Open(source), range, Open(destination), place, Saving() with { Resume = state }).RunAsync());
        Assert.Contains($"{state!.Source}", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{state.Destination}", error.Message, StringComparison.Ordinal);
        Assert.Equal(state, _saved);
        Assert.Equal((destination, place) == ("two", "b") ? 1 : 0, await Open(destination).CountAsync(KvRange.Prefix($"{place}/")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""{"Format":1,"State":{"Revision":5}}""")]
    [InlineData("""{"Format":1,"State":{"Source":{"Address":"x","Namespace":"","Tree":"y"},"Destination":{"Address":"x","Namespace":"","Tree":"y"},"Revision":-5}}""")]
    public void A_text_that_is_no_state_is_refused(string text) =>
        Assert.Contains("not the state of a mirror", Assert.Throws<KvInvalidArgumentException>(() => KvTreeMirrorState.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_state_of_a_newer_version_is_refused() => Assert.Contains(
        "newer version", Assert.Throws<KvInvalidArgumentException>(() => KvTreeMirrorState.Parse("""{"Format":2}""")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task The_state_is_saved_before_anything_is_written_and_a_save_that_fails_ends_the_mirror()
    {
        var (one, two) = (Memory(), Memory());
        await one.PutAsync("a/k", "1");
        var options = Pruning with { Save = _ => throw new IOException("no room") };
        await Assert.ThrowsAsync<IOException>(() => new KvTreeMirror(one, "a", two, "a", options).RunAsync());
        Assert.Equal(0, await two.CountAsync(KvRange.All));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_source_that_was_made_anew_meanwhile_is_not_followed_unless_that_is_accepted(bool hasComeFurther)
    {
        var one = Open("one");
        await one.PutAsync("a/lost", "1");
        await one.PutAsync("a/k", "1");
        await OnceAsync(one, "a", Open("two"), "a");
        var state = _saved;
        await RemakeAsync("one");
        var anew = Open("one");
        for (var i = 0; i < (hasComeFurther ? 10 : 1); i++)
        {
            await anew.PutAsync("a/k", $"new {i}");
        }

        var error = await Assert.ThrowsAsync<KvHistoryChangedException>(
            () => new KvTreeMirror(anew, "a", Open("two"), "a", Saving() with { Resume = state }).RunAsync());
        Assert.Equal(("a", anew.Info.Address), (error.Key, error.Endpoint));
        Assert.Equal("1", (await Open("two").GetAsync("a/lost")).Value);

        await new KvTreeMirror(anew, "a", Open("two"), "a", Saving() with { Resume = state, Once = true, AcceptNewHistory = true }).RunAsync();
        Assert.Equal(["a/k"], await Open("two").KeysAsync("a"));
    }

    [Fact]
    public async Task A_source_that_lost_a_removal_is_another_history()
    {
        var one = Open("one");
        await one.PutAsync("a/k", "1");
        await one.PutAsync("a/removed", "1");
        var copy = await CopyOfAsync("one");
        await Open("one").DeleteAsync("a/removed");
        await OnceAsync(Open("one"), "a", Open("two"), "a");
        await PutBackAsync("one", copy);

        // The same number of revisions as before, and the same newest pair.
        await Open("one").PutAsync("elsewhere", "1");
        await Assert.ThrowsAsync<KvHistoryChangedException>(
            () => new KvTreeMirror(Open("one"), "a", Open("two"), "a", Saving() with { Resume = _saved }).RunAsync());
    }

    [Fact]
    public async Task A_destination_that_was_set_back_meanwhile_is_compared()
    {
        var (one, two) = (Open("one"), Open("two"));
        await one.PutAsync("a/k", "1");
        await OnceAsync(one, "a", two, "a");
        var copy = await CopyOfAsync("two");
        (one, two) = (Open("one"), Open("two"));
        await one.PutAsync("a/late", "1");
        await FollowUntilAsync(one, two, async () => await two.ExistsAsync("a/late"), comparisons: 0);
        await PutBackAsync("two", copy);
        (one, two) = (Open("one"), Open("two"));
        await FollowUntilAsync(one, two, async () => await two.ExistsAsync("a/late"), comparisons: 1);
    }

    [Fact]
    public async Task A_source_that_holds_nothing_empties_no_destination_unless_it_was_mirrored_before()
    {
        var (one, two) = (Open("one"), Open("two"));
        await two.PutAsync("a/k", "1");
        var error = await Assert.ThrowsAsync<KvInvalidArgumentException>(() => OnceAsync(one, "a", two, "a"));
        Assert.Equal(nameof(KvTreeMirrorOptions.Prune), error.ParamName);
        Assert.True(await two.ExistsAsync("a/k"));

        await one.PutAsync("a/k", "1");
        await OnceAsync(one, "a", two, "a");
        await one.DeleteAsync("a/k");
        await new KvTreeMirror(one, "a", two, "a", Saving() with { Once = true, Resume = _saved }).RunAsync();
        Assert.False(await two.ExistsAsync("a/k"));
    }

    [Fact]
    public async Task A_mirror_that_is_ended_while_idle_goes_on_without_a_comparison()
    {
        var (one, two) = (Open("one"), Open("two"));
        await one.PutAsync("a/k", "1");
        await OnceAsync(one, "a", two, "a");
        await FollowUntilAsync(one, two, () => Task.FromResult(true), comparisons: 0);
        await one.DeleteAsync("a/k");
        await FollowUntilAsync(one, two, async () => !await two.ExistsAsync("a/k"), comparisons: 0);
    }

    [Fact]
    public async Task A_removal_that_was_made_last_tells_the_history_too()
    {
        var (one, two) = (Open("one"), Open("two"));
        await one.PutAsync("a/k", "1");
        await one.PutAsync("a/x", "1");
        await using (var mirror = new RunningMirror(new KvTreeMirror(one, "a", two, "a", Saving())))
        {
            await Patience.UntilAsync(async () => await two.ExistsAsync("a/x"), "the copy");
            await one.DeleteAsync("a/x");
            await Patience.UntilAsync(async () => !await two.ExistsAsync("a/x"), "the removal");
            await mirror.EndAsync();
        }

        Assert.True(_saved!.SourceWitness is { Key: "a/x", IsRemoved: true });
        Assert.True(await _saved.SourceWitness.HoldsAsync(one, "a"));
        await using var other = EmbeddedStore.OpenInMemory();
        await other.PutAllAsync(Enumerable.Range(0, 5).Select(i => $"a/{i}"));
        Assert.False(await _saved.SourceWitness.HoldsAsync(other, "a"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_destination_that_fails_now_and_then_ends_like_the_source(int seed)
    {
        var (one, two) = (Memory(), Memory());
        var unsteady = new UnsteadyStore(two, seed);
        await one.PutAsync("a/0", "0");
        await using var mirror = new RunningMirror(new KvTreeMirror(one, "a", unsteady, "a", Pruning with { InFlight = 16 }));
        await Patience.UntilAsync(() => mirror.Status.Phase == KvTreeMirrorPhase.Following, "a mirror that follows");
        unsteady.IsUnsteady = true;
        var random = new Random(seed);
        for (var i = 0; i < 400; i++)
        {
            var key = $"a/{random.Next(12)}";
            if (random.Next(4) == 0)
            {
                await one.TryDeleteAsync(key);
            }
            else
            {
                await one.PutAsync(key, $"{i}");
            }
        }

        await Patience.UntilAsync(() => unsteady.Failures > 5, "some failures");
        unsteady.IsUnsteady = false;
        await one.PutAsync("a/~", "last");
        await Patience.UntilAsync(async () => await two.ExistsAsync("a/~"), "the last write");
        await mirror.EndAsync();
        Assert.Equal((await one.ListAllAsync("a")).Select(p => (p.Key, p.Value)), (await two.ListAllAsync("a")).Select(p => (p.Key, p.Value)));
    }

    [Fact]
    public async Task A_change_that_is_made_again_does_not_follow_a_later_one_of_its_key()
    {
        var (one, two) = (Memory(), Memory());
        await one.PutAsync("a/k", "0");
        var late = new LateStore(two);
        await using var mirror = new RunningMirror(new KvTreeMirror(one, "a", late, "a"));
        await Patience.UntilAsync(() => mirror.Status.Phase == KvTreeMirrorPhase.Following, "a mirror that follows");
        late.HoldNext("a/k");
        await one.PutAsync("a/k", "1");
        await one.PutAsync("a/k", "2");
        await one.PutAsync("a/behind", "1");
        await Patience.UntilAsync(async () => await two.ExistsAsync("a/behind"), "a change of another key");
        late.Lose();
        await Patience.UntilAsync(() => mirror.Status.Written == 4, "all changes");
        Assert.Equal("2", (await two.GetAsync("a/k")).Value);
    }

    [Fact]
    public async Task A_write_that_arrives_after_a_later_one_does_not_stay()
    {
        var (one, two) = (Open("one"), Open("two"));
        await one.PutAsync("a/k", "0");
        var late = new LateStore(two);
        await using var mirror = new RunningMirror(new KvTreeMirror(one, "a", late, "a", Saving()));
        await Patience.UntilAsync(() => mirror.Status.Phase == KvTreeMirrorPhase.Following, "a mirror that follows");
        late.HoldNext("a/k");
        late.Lose();
        await one.PutAsync("a/k", "1");
        await Patience.UntilAsync(async () => (await two.GetAsync("a/k")).Value == "1", "the write that was made again");
        await one.PutAsync("a/k", "2");
        await Patience.UntilAsync(async () => (await two.GetAsync("a/k")).Value == "2", "the later write");
        await late.ArriveAsync();
        Assert.Equal("1", (await two.GetAsync("a/k")).Value);
        await Patience.UntilAsync(async () => (await two.GetAsync("a/k")).Value == "2", "the later write once more");

        // Another write can still be in flight: a run that continues from here compares.
        await mirror.EndAsync();
        Assert.Null(_saved!.DestinationWitness);
    }

    [Fact]
    public async Task A_write_that_is_refused_ends_the_mirror_and_is_made_by_the_next_one()
    {
        var (one, two) = (Open("one"), Open("two"));
        await one.PutAsync("a/k", "1");
        var unsteady = new UnsteadyStore(two, 1) { RefusedKey = "a/refused" };
        await using (var mirror = new RunningMirror(new KvTreeMirror(one, "a", unsteady, "a", Saving())))
        {
            await Patience.UntilAsync(() => mirror.Status.Phase == KvTreeMirrorPhase.Following, "a mirror that follows");
            await one.PutAsync("a/before", "1");
            await one.PutAsync("a/refused", "1");
            await one.PutAsync("a/behind", "1");
            var error = await Refusal.ThrowsAsync(KvErrorCode.QuotaExceeded, () => mirror.Run);
            Assert.Equal("a/refused", error.Key);
        }

        await FollowUntilAsync(one, two, async () => (await two.KeysAsync("a")).SequenceEqual(["a/before", "a/behind", "a/k", "a/refused"]), comparisons: 0);
    }

    [Fact]
    public async Task Keys_with_a_time_to_live_go_with_those_of_the_source()
    {
        var (one, two) = (Memory(), Memory());
        var lease = await one.GetCapability<IKvLeases>().GrantLeaseAsync(TimeSpan.FromSeconds(2));
        await one.PutAsync("a/leased", "1", new KvPutOptions { LeaseId = lease.Id });
        await one.PutAsync("a/stays", "1");
        await using var mirror = new RunningMirror(new KvTreeMirror(one, "a", two, "a", new KvTreeMirrorOptions { IncludeTtl = true }));
        await Patience.UntilAsync(async () => await two.CountAsync(KvRange.All) == 2, "the copy");
        await one.PutAsync("a/later", "1", new KvPutOptions { LeaseId = lease.Id });
        await Patience.UntilAsync(async () => await two.ExistsAsync("a/later"), "the change");
        var mirrored = (await two.GetAsync("a/leased")).LeaseId;
        Assert.NotNull(mirrored);
        Assert.Equal([mirrored, null], [(await two.GetAsync("a/later")).LeaseId, (await two.GetAsync("a/stays")).LeaseId]);
        Assert.Equal(lease.Ttl, (await two.GetCapability<IKvLeases>().GetLeaseAsync(mirrored.Value)).Ttl);

        await one.GetCapability<IKvLeases>().KeepLeaseAliveAsync(lease.Id);
        await Task.WhenAny(GoneAsync("a/leased"), Task.Delay(lease.Ttl * 1.5));
        Assert.True(await two.ExistsAsync("a/leased"));
        await one.GetCapability<IKvLeases>().RevokeLeaseAsync(lease.Id);
        await GoneAsync("a/leased");
        await GoneAsync("a/later");
        Assert.True(await two.ExistsAsync("a/stays"));

        Task GoneAsync(string key) => Patience.UntilAsync(async () => !await two.ExistsAsync(key), $"a destination without {key}");
    }

    [Fact]
    public async Task A_lease_that_the_destination_lost_is_granted_anew()
    {
        var (one, two) = (Memory(), Memory());
        await one.PutAsync("a/k", "1", new KvPutOptions { Ttl = TimeSpan.FromSeconds(2), KeepAlive = true });
        await using var mirror = new RunningMirror(new KvTreeMirror(one, "a", two, "a", new KvTreeMirrorOptions { IncludeTtl = true }));
        await Patience.UntilAsync(async () => await two.ExistsAsync("a/k"), "the copy");
        var first = (await two.GetAsync("a/k")).LeaseId!.Value;
        await two.GetCapability<IKvLeases>().RevokeLeaseAsync(first);
        await Patience.UntilAsync(async () => await two.TryGetAsync("a/k") is { LeaseId: { } now } && now != first, "another lease");
    }

    [Fact]
    public async Task A_time_to_live_of_years_is_kept()
    {
        var (one, two) = (Memory(), Memory());
        await one.PutAsync("a/k", "1", new KvPutOptions { Ttl = TimeSpan.FromDays(1000) });
        await using var mirror = new RunningMirror(new KvTreeMirror(one, "a", two, "a", new KvTreeMirrorOptions { IncludeTtl = true }));
        await Patience.UntilAsync(async () => await two.TryGetAsync("a/k") is { LeaseId: not null }, "the copy");
        Assert.Equal(KvTreeMirrorPhase.Ended, (await mirror.EndAsync()).Phase);
        var leases = one.GetCapability<IKvLeases>();
        var renewals = leases.RenewUntilStoppedAsync((await one.GetAsync("a/k")).LeaseId!.Value).GetAsyncEnumerator();
        Assert.True(await renewals.MoveNextAsync());
        Assert.False(renewals.MoveNextAsync().AsTask().IsCompleted);
    }

    [Fact]
    public void Times_to_live_take_leases_on_both_sides() =>
        Assert.Throws<KvNotSupportedException>(() => new KvTreeMirror(Memory(), "a", new PlainStore(Memory()), "a", new KvTreeMirrorOptions { IncludeTtl = true }));

    private static KvRange Tree(string path) => path.Length == 0 ? KvRange.All : path;

    private IKvStore Open(string name) => Keep(EmbeddedStore.Open(_folder.File(name)));

    private IKvStore Memory() => Keep(EmbeddedStore.OpenInMemory());

    private IKvStore Keep(IKvStore store)
    {
        _opened.Add(store);
        return store;
    }

    private KvTreeMirrorOptions Saving() => Pruning with
    {
        Save = state =>
        {
            _saved = KvTreeMirrorState.Parse(state.ToJson());
            return ValueTask.CompletedTask;
        },
    };

    private Task<KvTreeMirrorStatus> OnceAsync(IKvStore source, string range, IKvStore destination, string place) =>
        new KvTreeMirror(source, range, destination, place, Saving() with { Once = true }).RunAsync();

    private async Task FollowUntilAsync(IKvStore source, IKvStore destination, Func<Task<bool>> condition, int comparisons)
    {
        await using var mirror = new RunningMirror(new KvTreeMirror(source, "a", destination, "a", Saving() with { Resume = _saved }));
        await Patience.UntilAsync(() => mirror.Run.IsCompleted || mirror.Status.Phase == KvTreeMirrorPhase.Following, "a mirror that follows");
        await Patience.UntilAsync(condition, "a destination like the source");
        Assert.Equal(comparisons, (await mirror.EndAsync()).Comparisons);
    }

    private async Task CloseAllAsync()
    {
        foreach (var store in _opened)
        {
            await store.DisposeAsync();
        }

        _opened.Clear();
    }

    private async Task RemakeAsync(string name)
    {
        await CloseAllAsync();
        foreach (var file in Directory.GetFiles(_folder.Path, name + "*"))
        {
            File.Delete(file);
        }
    }

    private async Task<Dictionary<string, byte[]>> CopyOfAsync(string name)
    {
        await CloseAllAsync();
        return Directory.GetFiles(_folder.Path, name + "*").ToDictionary(file => file, File.ReadAllBytes);
    }

    private async Task PutBackAsync(string name, Dictionary<string, byte[]> copy)
    {
        await RemakeAsync(name);
        foreach (var (file, bytes) in copy)
        {
            await File.WriteAllBytesAsync(file, bytes);
        }
    }
}
