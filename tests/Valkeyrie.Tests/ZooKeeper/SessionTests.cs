using System.Text;
using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.Tests.ZooKeeper;

/// <summary>Sessions on a real server: each request of the store, and the events that a session survives.</summary>
public sealed class SessionTests(SharedZooKeeper shared) : IAsyncDisposable
{
    private readonly Session _session = Sessions.Open(shared.Server.Endpoint);
    private readonly string _root = $"/session-{Guid.NewGuid():n}";

    public async ValueTask DisposeAsync() => await _session.DisposeAsync();

    [Fact]
    public async Task A_node_is_made_read_written_and_removed()
    {
        var created = await _session.CallAsync(Node(_root, "one"));
        Assert.Equal(_root, created.Value!.Path);
        Assert.Equal(created.Value.Stat.Czxid, created.Value.Stat.Mzxid);

        var read = await _session.CallAsync(new GetDataRequest(_root, synced: true));
        Assert.Equal("one".Bytes(), read.Value!.Bytes!);
        Assert.Equal(created.Value.Stat, read.Value.Stat);
        Assert.True(read.Zxid >= created.Value.Stat.Mzxid);

        var written = await _session.CallAsync(new SetDataRequest(_root, "three"u8.ToArray(), version: 0));
        Assert.Equal((1, 5), (written.Value.Version, written.Value.DataLength));
        Assert.True(written.Value.Mzxid > created.Value.Stat.Mzxid);
        Assert.Equal(ErrorCode.BadVersion, (await _session.CallAsync(new SetDataRequest(_root, default, version: 0))).Error);

        Assert.Equal(ErrorCode.BadVersion, (await _session.CallAsync(new DeleteRequest(_root, version: 0))).Error);
        Assert.True((await _session.CallAsync(new DeleteRequest(_root, version: 1))).IsOk);
        Assert.Equal(ErrorCode.NoNode, (await _session.CallAsync(new ExistsRequest(_root, synced: true))).Error);
    }

    [Fact]
    public async Task No_data_and_empty_data_are_two_things()
    {
        Assert.True((await _session.CallAsync(new CreateRequest(_root, null, CreateMode.Persistent, AccessEntry.Open))).IsOk);
        Assert.Null((await _session.CallAsync(new GetDataRequest(_root, synced: true))).Value!.Bytes);
        Assert.True((await _session.CallAsync(new SetDataRequest(_root, ReadOnlyMemory<byte>.Empty))).IsOk);
        Assert.Empty((await _session.CallAsync(new GetDataRequest(_root, synced: true))).Value!.Bytes!);
        Assert.True((await _session.CallAsync(new SetDataRequest(_root, null))).IsOk);
        Assert.Null((await _session.CallAsync(new GetDataRequest(_root, synced: true))).Value!.Bytes);
    }

    [Fact]
    public async Task Several_writes_are_made_together_or_not_at_all()
    {
        var made = await _session.CallAsync(new MultiRequest(
            Node(_root, ""), Node(_root + "/a", "1"), new SetDataRequest(_root + "/a", "2"u8.ToArray()), new CheckRequest(_root + "/a", 1), Node(_root + "/b", "3"), new DeleteRequest(_root + "/b")));
        Assert.All(made.Value!, r => Assert.Equal(ErrorCode.Ok, r.Error));
        Assert.Equal(1, made.Value![2].Stat!.Value.Version);

        var refused = await _session.CallAsync(new MultiRequest(new DeleteRequest(_root + "/a"), new CheckRequest(_root, 7), Node(_root + "/c", "")));
        Assert.Equal([ErrorCode.Ok, ErrorCode.BadVersion, ErrorCode.RuntimeInconsistency], refused.Value!.Select(r => r.Error));
        Assert.Equal(["a"], (await _session.CallAsync(new GetChildrenRequest(_root, synced: true))).Value!.Names);
    }

    [Fact]
    public async Task Nodes_of_every_kind_are_made()
    {
        await _session.CallAsync(Node(_root, ""));
        var ttl = await _session.CallAsync(new CreateRequest(_root + "/ttl", null, CreateMode.Ttl, AccessEntry.Open, TimeSpan.FromMilliseconds(500)));
        Assert.True(ttl.IsOk);
        var container = await _session.CallAsync(new CreateRequest(_root + "/container", null, CreateMode.Container, AccessEntry.Open));
        Assert.True(container.IsOk);
        var ephemeral = await _session.CallAsync(new CreateRequest(_root + "/ephemeral", null, CreateMode.Ephemeral, AccessEntry.Open));
        Assert.Equal(_session.Id, ephemeral.Value!.Stat.SessionId);
        var sequential = await _session.CallAsync(new CreateRequest(_root + "/n-", null, CreateMode.EphemeralSequential, AccessEntry.Open));
        Assert.Equal(_root + "/n-0000000003", sequential.Value!.Path);
        Assert.Equal(ErrorCode.NoChildrenForEphemerals, (await _session.CallAsync(Node(_root + "/ephemeral/x", ""))).Error);

        await _session.CallAsync(Node(_root + "/container/x", ""));
        await _session.CallAsync(new DeleteRequest(_root + "/container/x"));
        await Patience.UntilAsync(
            async () => (await _session.CallAsync(new GetChildrenRequest(_root, synced: true))).Value!.Names.Order().SequenceEqual(["ephemeral", "n-0000000003"]),
            "the end of the node with a time to live and of the empty container");
    }

    [Fact]
    public async Task A_child_that_comes_and_goes_with_the_creation_of_its_node_shows_in_the_stat_for_good()
    {
        var made = await _session.CallAsync(new MultiRequest(
            new CreateRequest(_root, null, CreateMode.Ttl, AccessEntry.Open, TimeSpan.FromHours(1)),
            Node(_root + "/x", ""),
            new DeleteRequest(_root + "/x"),
            new SetDataRequest(_root, "v"u8.ToArray())));
        Assert.All(made.Value!, r => Assert.Equal(ErrorCode.Ok, r.Error));
        await _session.CallAsync(new SetDataRequest(_root, "w"u8.ToArray()));
        var stat = await StatAsync(_root);
        Assert.Equal((2, 0, stat.Czxid), (stat.ChildVersion, stat.ChildCount, stat.Pzxid));
    }

    [Fact]
    public async Task Access_is_set_and_read()
    {
        await _session.CallAsync(Node(_root, ""));
        Assert.Equal(AccessEntry.Open, (await _session.CallAsync(new GetAclRequest(_root))).Value);
    }

    [Fact]
    public async Task Only_who_signed_in_as_its_creator_reads_a_node_of_his_own()
    {
        await using var alice = Sessions.Open(shared.Server.Endpoint, credential: new KvCredential("alice", "secret"));
        Assert.True((await alice.CallAsync(new CreateRequest(_root, "x"u8.ToArray(), CreateMode.Persistent, AccessEntry.CreatorOnly))).IsOk);
        Assert.Equal(ErrorCode.NoAuth, (await _session.CallAsync(new GetDataRequest(_root, synced: true))).Error);
        await using var again = Sessions.Open(shared.Server.Endpoint, credential: new KvCredential("alice", "secret"));
        Assert.True((await again.CallAsync(new GetDataRequest(_root, synced: true))).IsOk);
        await using var wrong = Sessions.Open(shared.Server.Endpoint, credential: new KvCredential("alice", "guess"));
        Assert.Equal(ErrorCode.NoAuth, (await wrong.CallAsync(new GetDataRequest(_root, synced: true))).Error);
    }

    [Fact]
    public async Task A_thousand_calls_are_on_their_way_at_once_and_each_gets_its_own_answer()
    {
        await _session.CallAsync(Node(_root, ""));
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => _session.CallAsync(Node($"{_root}/{i}", $"value {i}")).AsTask()));
        var read = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => _session.CallAsync(new GetDataRequest($"{_root}/{i}", synced: true)).AsTask()));
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"value {i}"), read.Select(r => r.Value!.Bytes!).Select(Encoding.UTF8.GetString));
    }

    [Fact]
    public async Task A_value_of_almost_a_mebibyte_comes_back_and_a_larger_one_is_refused_alone()
    {
        var value = new byte[SessionConnection.LongestRequest - 200];
        Random.Shared.NextBytes(value);
        await _session.CallAsync(Node(_root, ""));
        Assert.True((await _session.CallAsync(new SetDataRequest(_root, value))).IsOk);
        Assert.Equal(value, (await _session.CallAsync(new GetDataRequest(_root, synced: true))).Value!.Bytes);

        var small = _session.CallAsync(new GetDataRequest(_root, synced: true));
        var refused = await Assert.ThrowsAsync<KvException>(async () => await _session.CallAsync(new SetDataRequest(_root, new byte[1 << 20])));
        Assert.True(refused.NotSent);
        Assert.True((await small).IsOk);
    }

    [Fact]
    public async Task A_closed_session_takes_its_ephemeral_nodes_along_at_once()
    {
        var other = Sessions.Open(shared.Server.Endpoint);
        await other.CallAsync(new CreateRequest(_root, "x"u8.ToArray(), CreateMode.Ephemeral, AccessEntry.Open));
        Assert.True((await _session.CallAsync(new ExistsRequest(_root, synced: true))).IsOk);
        await other.DisposeAsync();
        Assert.Equal(ErrorCode.NoNode, (await _session.CallAsync(new ExistsRequest(_root, synced: true))).Error);
        Assert.True(other.Ended.IsCancellationRequested);
    }

    [Fact]
    public async Task A_session_goes_on_behind_a_broken_connection_with_its_nodes_and_watches()
    {
        await using var proxy = new TcpProxy(shared.Server.Port);
        await using var session = Sessions.Open(proxy.Endpoint);
        await session.CallAsync(new CreateRequest(_root, "x"u8.ToArray(), CreateMode.Ephemeral, AccessEntry.Open));
        var id = session.Id;
        await using var watched = await RecordedWatcher.StartAsync(session, _root);
        using var once = session.Watches.Once(_root);
        await session.CallAsync(new GetDataRequest(_root, synced: true, watch: true));

        proxy.Cut();
        Assert.True((await session.CallAsync(new GetDataRequest(_root, synced: true))).IsOk);
        Assert.Equal(id, session.Id);
        await watched.UntilAsync("reconnected");

        await _session.CallAsync(new SetDataRequest(_root, "y"u8.ToArray()));
        await watched.UntilAsync($"DataChanged {_root}");
        await once.Fired.WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task A_watch_tells_of_all_below_its_node_until_it_is_removed()
    {
        await using var watched = await RecordedWatcher.StartAsync(_session, _root);
        await using var second = await RecordedWatcher.StartAsync(_session, _root);
        await using var other = Sessions.Open(shared.Server.Endpoint);
        await other.CallAsync(Node(_root, ""));
        await other.CallAsync(Node(_root + "/a", ""));
        await other.CallAsync(new SetDataRequest(_root + "/a", "2"u8.ToArray()));
        await other.CallAsync(new DeleteRequest(_root + "/a"));
        await watched.UntilAsync($"Deleted {_root}/a");
        Assert.Equal([$"Created {_root}", $"Created {_root}/a", $"DataChanged {_root}/a", $"Deleted {_root}/a"], watched.Seen);

        await second.DisposeAsync();
        await other.CallAsync(Node(_root + "/b", ""));
        await watched.UntilAsync($"Created {_root}/b");
        await watched.DisposeAsync();
        await other.CallAsync(new DeleteRequest(_root + "/b"));
        await _session.CallAsync(new ExistsRequest(_root, synced: true));
        Assert.DoesNotContain($"Deleted {_root}/b", watched.Seen);
    }

    [Fact]
    public async Task A_session_that_is_cut_off_for_its_timeout_knows_that_it_has_ended()
    {
        await using var proxy = new TcpProxy(shared.Server.Port);
        await using var session = Sessions.Open(proxy.Endpoint, TimeSpan.FromSeconds(1));
        await session.CallAsync(new CreateRequest(_root, null, CreateMode.Ephemeral, AccessEntry.Open));
        await using var watched = await RecordedWatcher.StartAsync(session, _root);
        Assert.Equal(TimeSpan.FromSeconds(1), session.Timeout);
        proxy.Refuse();
        await session.Ended.WaitAsync();
        Assert.False(session.Lease!.IsAlive);
        Assert.True((await _session.CallAsync(new ExistsRequest(_root, synced: true))).IsOk, "The server let the node go before its owner knew.");
        await watched.UntilAsync("ended");
        var late = await Assert.ThrowsAsync<SessionException>(async () => await session.CallAsync(new ExistsRequest(_root, synced: true)));
        Assert.Equal((FailureKind.Expired, true), (late.Kind, late.NotSent));
        await Patience.UntilAsync(async () => (await _session.CallAsync(new ExistsRequest(_root, synced: true))).Error == ErrorCode.NoNode, "the end of the session at the server");
    }

    private static CreateRequest Node(string path, string data) => new(path, data.Bytes(), CreateMode.Persistent, AccessEntry.Open);

    private async Task<NodeStat> StatAsync(string path) => (await _session.CallAsync(new ExistsRequest(path, synced: true))).Value;
}
