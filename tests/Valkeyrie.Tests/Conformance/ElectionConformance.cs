namespace Valkeyrie.Tests.Conformance;

/// <summary>Elections: one contender leads at a time and is the first to know that it no longer leads, and all can see the leader.</summary>
public abstract class ElectionConformance(IStoreRig rig) : StoreConformance(rig)
{
    private static readonly KvCampaignOptions NoWait = new() { Timeout = TimeSpan.Zero };

    private static readonly KvCampaignOptions Short = new() { Ttl = TimeSpan.FromSeconds(3) };

    private IKvElections Elections => Of(Store);

    [Fact]
    public void A_store_without_elections_says_so()
    {
        Assert.SkipWhen(Promises.Elections, "This store has elections.");
        var refused = Assert.Throws<KvNotSupportedException>(() => Store.GetCapability<IKvElections>());
        Assert.Contains("elections", refused.Message, StringComparison.Ordinal);
        Assert.Contains(Store.Info.Address, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_is_alone_leads_at_once_until_it_resigns()
    {
        Require(p => p.Elections);
        var leads = await Elections.CampaignAsync(At("a"), "me".Bytes());
        Assert.True(leads.IsLeader);
        Assert.Equal((At("a"), "me"), (leads.Name, leads.Value));
        Assert.Equal("me", (await Store.GetAsync(leads.Key)).Value);
        Assert.Equal((await Store.GetAsync(leads.Key)).CreateRevision, leads.FencingToken);

        await leads.ResignAsync();
        Assert.False(leads.IsLeader);
        Assert.False(leads.Lost.IsCancellationRequested);
        Assert.False(await Store.ExistsAsync(leads.Key));
        await leads.ResignAsync();
        await leads.DisposeAsync();
    }

    [Fact]
    public async Task The_key_of_a_contender_lies_right_in_the_directory_of_the_election()
    {
        Require(p => p.Elections);
        await using var leads = await Elections.CampaignAsync(At("a"), "me".Bytes());
        Assert.StartsWith($"{At("a")}/", leads.Key, StringComparison.Ordinal);
        Assert.DoesNotContain('/', leads.Key[(At("a").Length + 1)..]);
    }

    [Fact]
    public async Task The_key_of_a_contender_is_named_after_its_lease_where_there_are_leases()
    {
        Require(p => p.Elections);
        Require(p => p.Leases);
        await using var leads = await Elections.CampaignAsync(At("a"), "me".Bytes());
        Assert.Equal($"{At("a")}/{(await Store.GetAsync(leads.Key)).LeaseId:x}", leads.Key);
    }

    [Fact]
    public async Task While_one_leads_another_does_not()
    {
        Require(p => p.Elections);
        await using var leads = await Elections.CampaignAsync(At("a"), "first".Bytes());
        foreach (var store in new[] { Open(), Store })
        {
            var refused = await Assert.ThrowsAsync<KvNotElectedException>(async () => await Of(store).CampaignAsync(At("a"), "second".Bytes(), NoWait));
            Assert.Equal(At("a"), refused.Key);
        }

        await Assert.ThrowsAsync<KvNotElectedException>(
            async () => await Of(Open()).CampaignAsync(At("a"), "second".Bytes(), new KvCampaignOptions { Timeout = TimeSpan.FromMilliseconds(50) }));
        Assert.True(leads.IsLeader);
        await Patience.UntilAsync(async () => (await Elections.TryGetElectionAsync(At("a")))!.Waiting.Count == 0, "that the one who gave up left the queue");
    }

    [Fact]
    public async Task Those_who_wait_lead_in_the_order_in_which_they_came_and_their_tokens_grow()
    {
        Require(p => p.Elections);
        var leads = await Elections.CampaignAsync(At("a"), "0".Bytes());
        var waiting = new List<Task<KvLeadership>>();
        for (var i = 1; i <= 3; i++)
        {
            waiting.Add(Of(Open()).CampaignAsync(At("a"), $"{i}".Bytes()).AsTask());
            await UntilWaitingAsync("a", i);
        }

        var election = await Elections.TryGetElectionAsync(At("a"));
        Assert.Equal(("0", leads.FencingToken), (election!.Value, election.FencingToken));
        Assert.Equal(["1", "2", "3"], election.Waiting.Select(w => w.Value));
        var last = leads;
        for (var i = 1; i <= 3; i++)
        {
            await last.ResignAsync();
            var next = await waiting[i - 1].WaitAsync(Patience.Limit);
            Assert.True(next.FencingToken > last.FencingToken);
            Assert.Equal($"{i}", (await Elections.TryGetElectionAsync(At("a")))!.Value);
            last = next;
        }

        await last.ResignAsync();
        Assert.Null(await Elections.TryGetElectionAsync(At("a")));
    }

    [Fact]
    public async Task A_leader_proclaims_a_new_value_and_keeps_its_place()
    {
        Require(p => p.Elections);
        await using var leads = await Elections.CampaignAsync(At("a"), "starting".Bytes());
        var token = leads.FencingToken;
        await leads.ProclaimAsync("ready".Bytes());
        var election = await Elections.TryGetElectionAsync(At("a"));
        Assert.Equal(("ready", token), (election!.Value, election.FencingToken));
        Assert.Equal(("ready", token), (leads.Value, leads.FencingToken));

        // It still ends with its leader.
        var pair = await Store.GetAsync(leads.Key);
        Assert.True(pair.LeaseId is not (null or 0) || pair.Ttl is not null);
    }

    [Fact]
    public async Task Whoever_leads_no_longer_proclaims_nothing()
    {
        Require(p => p.Elections);
        var resigned = await Elections.CampaignAsync(At("a"), "first".Bytes());
        await resigned.ResignAsync();
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await resigned.ProclaimAsync("again".Bytes()));

        var robbed = await Elections.CampaignAsync(At("a"), "second".Bytes());
        await Store.DeleteAsync(robbed.Key);
        var lost = await Assert.ThrowsAsync<KvLeadershipLostException>(async () => await robbed.ProclaimAsync("again".Bytes()));
        Assert.Equal((At("a"), KvLockLostReason.KeyRemoved), (lost.Key, lost.Reason));
        Assert.False(await Store.ExistsAsync(robbed.Key));
        await Patience.UntilAsync(() => robbed.Lost.IsCancellationRequested, "the word of the loss");
        await Assert.ThrowsAsync<KvLeadershipLostException>(async () => await robbed.ResignAsync());
    }

    [Fact]
    public async Task The_leader_is_told_when_somebody_removes_its_key()
    {
        Require(p => p.Elections);
        await using var byKey = await Elections.CampaignAsync(At("a"), "1".Bytes());
        await Open().DeleteAsync(byKey.Key);
        await Patience.UntilAsync(() => byKey.Lost.IsCancellationRequested, "the loss by the key");
        Assert.Equal(KvLockLostReason.KeyRemoved, byKey.LostReason);
    }

    [Fact]
    public async Task The_leader_is_told_when_somebody_ends_its_lease()
    {
        Require(p => p.Elections);
        Require(p => p.Leases);
        await using var byLease = await Elections.CampaignAsync(At("b"), "1".Bytes());
        await Open().GetCapability<IKvLeases>().RevokeLeaseAsync((await Store.GetAsync(byLease.Key)).LeaseId!.Value);
        await Patience.UntilAsync(() => byLease.Lost.IsCancellationRequested, "the loss by the lease");
        Assert.False(byLease.IsLeader);
    }

    [Fact]
    public async Task A_leader_that_dies_is_succeeded_after_its_time_to_live_and_knows_before()
    {
        Require(p => p.Elections);
        var mortal = OpenMortal();
        var theirs = await Of(mortal.Store).CampaignAsync(At("a"), "theirs".Bytes(), Short);
        var waiting = Elections.CampaignAsync(At("a"), "mine".Bytes()).AsTask();
        await UntilWaitingAsync("a", 1);
        mortal.Kill();

        await using var mine = await waiting.WaitAsync(Patience.Limit);
        Assert.False(theirs.IsLeader);
        Assert.True(mine.FencingToken > theirs.FencingToken);
        await Patience.UntilAsync(() => theirs.Lost.IsCancellationRequested, "the loss of the leadership");
    }

    [Fact]
    public async Task A_leader_is_told_that_its_store_closes_before_another_leads()
    {
        Require(p => p.Elections);
        var store = Open();
        var leads = await Of(store).CampaignAsync(At("a"), "first".Bytes(), new KvCampaignOptions { Ttl = TimeSpan.FromHours(1) });
        var next = Elections.CampaignAsync(At("a"), "second".Bytes()).AsTask();
        await UntilWaitingAsync("a", 1);
        var closing = store.DisposeAsync().AsTask();
        await using var second = await next.WaitAsync(Patience.Limit);
        Assert.True(leads.Lost.IsCancellationRequested);
        Assert.Equal(KvLockLostReason.StoreClosed, leads.LostReason);
        await closing;
    }

    [Fact]
    public async Task A_leader_whose_leadership_others_end_is_told_first()
    {
        Require(p => p.Elections);
        await using var leads = await Elections.CampaignAsync(At("a"), "1".Bytes());
        var wasThere = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var told = leads.Lost.Register(() => wasThere.SetResult(Store.ExistsAsync(leads.Key).AsTask().GetAwaiter().GetResult()));
        await leads.BreakAsync();
        Assert.True(await wasThere.Task.WaitAsync(Patience.Limit));
        Assert.False(await Store.ExistsAsync(leads.Key));
        var lost = await Assert.ThrowsAsync<KvLeadershipLostException>(async () => await leads.ResignAsync());
        Assert.Equal(KvLockLostReason.Released, lost.Reason);
    }

    [Fact]
    public async Task Of_a_campaign_that_is_cancelled_nothing_stays_behind()
    {
        Require(p => p.Elections);
        await using var leads = await Elections.CampaignAsync(At("a"), "1".Bytes());
        using var enough = new CancellationTokenSource();
        var waiting = Of(Open()).CampaignAsync(At("a"), "2".Bytes(), null, enough.Token).AsTask();
        await UntilWaitingAsync("a", 1);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await UntilWaitingAsync("a", 0);
    }

    [Fact]
    public async Task Of_a_campaign_whose_store_closes_nothing_stays_behind()
    {
        Require(p => p.Elections);
        await using var leads = await Elections.CampaignAsync(At("a"), "1".Bytes());
        var store = Open();
        var waiting = Of(store).CampaignAsync(At("a"), "2".Bytes(), new KvCampaignOptions { Ttl = TimeSpan.FromHours(1) }).AsTask();
        await UntilWaitingAsync("a", 1);
        await store.DisposeAsync();
        await Assert.ThrowsAsync<KvStoreClosedException>(() => waiting);
        await UntilWaitingAsync("a", 0);
    }

    [Fact]
    public async Task A_contender_whose_key_is_removed_while_it_waits_lines_up_anew()
    {
        Require(p => p.Elections);
        await using var leads = await Elections.CampaignAsync(At("a"), "1".Bytes());
        var waiting = Of(Open()).CampaignAsync(At("a"), "2".Bytes()).AsTask();
        await UntilWaitingAsync("a", 1);
        var place = (await Elections.TryGetElectionAsync(At("a")))!.Waiting[0];
        await Store.DeleteAsync(place.Key);
        await leads.ResignAsync();
        await using var second = await waiting.WaitAsync(Patience.Limit);
        Assert.True(second.IsLeader);
        Assert.True(second.FencingToken > place.CreateRevision);
        Assert.Equal("2", (await Elections.TryGetElectionAsync(At("a")))!.Value);
    }

    [Fact]
    public async Task Data_beside_an_election_is_no_election()
    {
        Require(p => p.Elections);
        await Store.PutAllAsync(At("a-b"), At("b/c"), At("b/deep/1"));
        Assert.Null(await Elections.TryGetElectionAsync(At("a")));
        await using var leads = await Elections.CampaignAsync(At("a"), "1".Bytes(), NoWait);
        await using var deeper = await Elections.CampaignAsync(At("b/deep/er"), "2".Bytes(), NoWait);
        Assert.Empty((await Elections.TryGetElectionAsync(At("a")))!.Waiting);
        Assert.Equal("2", (await Elections.TryGetElectionAsync(At("b/deep/er")))!.Value);
    }

    [Fact]
    public async Task Elections_of_a_namespace_are_known_by_their_names_in_it()
    {
        Require(p => p.Elections);
        var inside = Open(new KvStoreOptions { Namespace = At("ns/") });
        await using var leads = await Of(inside).CampaignAsync("a", "1".Bytes());
        Assert.StartsWith("a/", leads.Key, StringComparison.Ordinal);
        Assert.Equal((leads.Key, "1"), ((await Of(inside).TryGetElectionAsync("a"))!.Leader.Key, "1"));
        var listed = new List<string>();
        await foreach (var election in Of(inside).ListElectionsAsync(KvRange.All))
        {
            listed.Add(election.Name);
        }

        Assert.Equal(["a"], listed);
        Assert.Equal("1", (await Elections.TryGetElectionAsync(At("ns/a")))!.Value);
    }

    [Fact]
    public async Task An_election_and_the_mutex_of_etcds_tools_of_one_name_exclude_each_other()
    {
        Require(p => p.Elections);
        Require(p => p.Leases);
        await using var leads = await Elections.CampaignAsync(At("a"), "1".Bytes());
        var mutex = new KvLockOptions { Form = KvLockForm.EtcdMutex, Timeout = TimeSpan.Zero };
        await Assert.ThrowsAsync<KvCannotLockException>(async () => await Open().LockAsync(At("a"), mutex));
        await using var ofTheKeyItself = await Open().LockAsync(At("a"), new KvLockOptions { Timeout = TimeSpan.Zero });
        Assert.True(ofTheKeyItself.IsHeld);
    }

    [Fact]
    public async Task A_watch_tells_of_each_leader_once_and_in_order()
    {
        Require(p => p.Elections);
        using var enough = new CancellationTokenSource(Patience.Limit);
        await using var events = Of(Open()).WatchElectionAsync(At("a"), enough.Token).GetAsyncEnumerator(enough.Token);
        Assert.Equal((KvElectionEventType.Vacant, 0L), await NextAsync());

        var first = await Elections.CampaignAsync(At("a"), "1".Bytes());
        Assert.Equal((KvElectionEventType.Elected, first.FencingToken), await NextAsync());
        Assert.Equal("1", events.Current.Value);

        await first.ProclaimAsync("1, ready".Bytes());
        Assert.Equal((KvElectionEventType.Proclaimed, first.FencingToken), await NextAsync());
        Assert.Equal("1, ready", events.Current.Value);

        // A waiting contender does not change the leader.
        var waiting = Of(Open()).CampaignAsync(At("a"), "2".Bytes()).AsTask();
        await UntilWaitingAsync("a", 1);
        await first.ResignAsync();
        var second = await waiting.WaitAsync(Patience.Limit);
        Assert.Equal((KvElectionEventType.Elected, second.FencingToken), await NextAsync());
        await second.ResignAsync();
        Assert.Equal((KvElectionEventType.Vacant, 0L), await NextAsync());

        async Task<(KvElectionEventType, long)> NextAsync()
        {
            Assert.True(await events.MoveNextAsync());
            return (events.Current.Type, events.Current.FencingToken);
        }
    }

    [Fact]
    public async Task A_watch_begins_with_the_leader_as_it_is()
    {
        Require(p => p.Elections);
        await using var leads = await Elections.CampaignAsync(At("a"), "1".Bytes());
        var waiting = Of(Open()).CampaignAsync(At("a"), "2".Bytes()).AsTask();
        await UntilWaitingAsync("a", 1);
        await foreach (var found in Elections.WatchElectionAsync(At("a")))
        {
            Assert.Equal((KvElectionEventType.Elected, leads.FencingToken, "1", 1), (found.Type, found.FencingToken, found.Value, found.Waiting));
            break;
        }

        await leads.ResignAsync();
        await (await waiting.WaitAsync(Patience.Limit)).ResignAsync();
    }

    [Fact]
    public async Task Elections_are_listed_by_their_name_and_data_and_locks_are_none()
    {
        Require(p => p.Elections);
        await Store.PutAllAsync(At("data"), At("data/1f"), At("data/x"));
        await using var locked = await Store.LockAsync(At("locked"));
        await using var b = await Elections.CampaignAsync(At("b"), "of b".Bytes());
        await using var a = await Elections.CampaignAsync(At("a/deep"), "of a".Bytes());
        var listed = new List<KvElection>();
        await foreach (var election in Elections.ListElectionsAsync(Root))
        {
            listed.Add(election);
        }

        Assert.Equal([(At("a/deep"), "of a"), (At("b"), "of b")], listed.Select(e => (e.Name, e.Value)).OrderBy(e => e.Name, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Copies_omit_contenders_and_pruning_spares_them()
    {
        Require(p => p.Elections);
        await using var there = await Elections.CampaignAsync(At("a/leader"), "there".Bytes());
        await using var here = await Elections.CampaignAsync(At("b/leader"), "here".Bytes());
        await Store.PutAllAsync(At("a/data"), At("b/old"));
        var done = await new KvTreeCopy(KvTreeContent.Of(Store, At("a")), Store, At("b"), new KvTreeCopyOptions { Prune = true }).RunAsync();
        Assert.Equal((1, 1), (done.Written, done.Removed));
        Assert.Equal([At("b/data")], (await KvTreeContent.Of(Store, At("b")).Pairs.ToListAsync()).Select(p => p.Key));
        await new KvTreeMirror(Store, At("a"), Store, At("b"), new KvTreeMirrorOptions { Prune = true, Once = true }).RunAsync();
        var election = await Elections.TryGetElectionAsync(At("b/leader"));
        Assert.Equal(("here", here.Key, 0), (election!.Value, election.Leader.Key, election.Waiting.Count));
        Assert.True(here.IsLeader);
        var refused = await Assert.ThrowsAsync<KvNotElectedException>(async () => await Of(Open()).CampaignAsync(At("b/leader"), default, NoWait));
        Assert.Contains($"Its value is 'here', its key is '{here.Key}'.", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    public async Task A_name_that_breaks_a_rule_is_refused(string name)
    {
        Require(p => p.Elections);
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Elections.CampaignAsync(name, default));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Elections.TryGetElectionAsync(name));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Elections.WatchElectionAsync(name).GetAsyncEnumerator().MoveNextAsync());
    }

    [Fact]
    public async Task A_time_to_live_or_timeout_that_no_store_takes_is_refused()
    {
        Require(p => p.Elections);
        foreach (var options in new KvCampaignOptions[] { new() { Ttl = TimeSpan.Zero }, new() { Timeout = TimeSpan.FromSeconds(-1) }, new() { Timeout = TimeSpan.MaxValue } })
        {
            await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Elections.CampaignAsync(At("a"), default, options));
        }

        Assert.Null(await Elections.TryGetElectionAsync(At("a")));
    }

    private static IKvElections Of(IKvStore store) => store.GetCapability<IKvElections>();

    private Task UntilWaitingAsync(string name, int count) => Patience.UntilAsync(
        async () => (await Elections.TryGetElectionAsync(At(name)))?.Waiting.Count == count, $"{count} who wait");
}
