using System.Diagnostics;

namespace Valkeyrie.Tests.Consul;

/// <summary>Locks next to those of Consul's own tools.</summary>
public sealed class ConsulLockTests(SharedConsul consul) : ConsulTests(consul)
{
    private static readonly KvLockOptions NoWait = new() { Form = KvLockForm.ConsulLock, Timeout = TimeSpan.Zero };

    [Fact]
    public async Task Consul_lock_waits_for_ours_and_ours_for_it()
    {
        using var folder = new TemporaryFolder();
        var (began, end) = (folder.File("began"), folder.File("end"));
        var held = await Store.LockAsync(Root, NoWait);

        // It tries once, and gives up within a second.
        var (exitCode, output) = ConsulBinary.Run("lock", $"-http-addr={Agent.Url}", "-timeout=1s", Root, "true");
        Assert.True(exitCode != 0, output);
        Assert.True(held.IsHeld);
        await held.UnlockAsync();

        using var theirs = Process.Start(new ProcessStartInfo(
            ConsulBinary.Path, ["lock", $"-http-addr={Agent.Url}", Root, $"touch {began}; while [ ! -e {end} ]; do sleep 0.05; done"])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await Patience.UntilAsync(() => File.Exists(began), "consul lock has the lock");
        await Assert.ThrowsAsync<KvCannotLockException>(async () => await Store.LockAsync(Root, NoWait));
        var waiting = Store.LockAsync(Root, NoWait with { Timeout = null }).AsTask();
        await File.WriteAllTextAsync(end, "");
        await using var next = await waiting.WaitAsync(Patience.Limit);
        Assert.True(next.FencingToken > held.FencingToken);
        await theirs.WaitForExitAsync();
        Assert.Equal(0, theirs.ExitCode);
    }

    [Fact]
    public async Task A_lock_is_a_key_beside_the_locked_one_which_a_session_holds()
    {
        await using var held = await Store.LockAsync(At("a"));
        var key = await Agent.SendAsync(HttpMethod.Get, $"/v1/kv/{At("a")}___lock");
        Assert.Contains("\"Session\"", key, StringComparison.Ordinal);
        Assert.Contains($"\"ModifyIndex\":{held.FencingToken}", key.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        await using var other = await Store.LockAsync(At("a"), NoWait);
        Assert.True(other.IsHeld);
    }

    [Fact]
    public async Task A_lock_delay_is_waited_for_and_told_where_it_is_not()
    {
        var session = await CreateSessionAsync("""{"TTL":"60s","LockDelay":"3s"}""");
        await Agent.SendAsync(HttpMethod.Put, $"/v1/kv/{At("a")}___lock?acquire={session}&flags={0x2ddccbc058a50c18}", "theirs");
        var waiting = Store.LockAsync(At("a")).AsTask();
        await Agent.SendAsync(HttpMethod.Put, $"/v1/session/destroy/{session}");
        await using var held = await waiting.WaitAsync(Patience.Limit);
        Assert.True(held.IsHeld);
        await held.UnlockAsync();

        // A session that ends on its own leaves a lock delay behind.
        session = await CreateSessionAsync("""{"TTL":"1s","LockDelay":"30s"}""");
        await Agent.SendAsync(HttpMethod.Put, $"/v1/kv/{At("b")}___lock?acquire={session}&flags={0x2ddccbc058a50c18}", "theirs");
        await Patience.UntilAsync(async () => await Agent.SendAsync(HttpMethod.Get, $"/v1/session/info/{session}") == "[]", "the end of the session");
        await Assert.ThrowsAsync<KvCannotLockException>(async () => await Store.LockAsync(At("b"), new KvLockOptions { Timeout = TimeSpan.Zero }));
        await Assert.ThrowsAsync<KvCannotLockException>(async () => await Store.LockAsync(At("b"), new KvLockOptions { Timeout = TimeSpan.FromMilliseconds(700) }));
    }

    [Fact]
    public async Task The_holder_is_told_when_an_administrator_ends_its_session()
    {
        await using var held = await Store.LockAsync(At("a"));
        var key = System.Text.Json.JsonDocument.Parse(await Agent.SendAsync(HttpMethod.Get, $"/v1/kv/{At("a")}___lock")).RootElement[0];
        await Agent.SendAsync(HttpMethod.Put, $"/v1/session/destroy/{key.GetProperty("Session").GetString()}");
        await Patience.UntilAsync(() => held.Lost.IsCancellationRequested, "the loss of the lock");
        await Assert.ThrowsAsync<KvLockLostException>(async () => await held.UnlockAsync());
    }

    [Fact]
    public async Task A_value_that_goes_with_the_lock_goes_with_its_holder()
    {
        var proxy = new TcpProxy(Agent.Port);
        await using var way = proxy;
        await using var mortal = KvStore.Open($"consul://{proxy.Endpoint}");
        await Store.PutAsync(At("a"), "old", new KvPutOptions { Ttl = TimeSpan.FromMinutes(5) });
        await mortal.LockAsync(At("a"), new KvLockOptions { Ttl = TimeSpan.FromSeconds(2), Value = "leader".Bytes(), DeleteOnUnlock = true });
        Assert.Equal("leader", (await Store.GetAsync(At("a"))).Value);
        proxy.Refuse();
        await Patience.UntilAsync(async () => !await Store.ExistsAsync(At("a")), "the end of the value");
    }

    [Fact]
    public async Task Etcds_mutex_and_consuls_lock_are_each_refused_where_they_do_not_exist()
    {
        var refused = await Assert.ThrowsAsync<KvNotSupportedException>(async () => await Store.LockAsync(At("a"), new KvLockOptions { Form = KvLockForm.EtcdMutex }));
        Assert.Contains("etcd's own mutex", refused.Message, StringComparison.Ordinal);
        await using var memory = Valkeyrie.Embedded.EmbeddedStore.OpenInMemory();
        var there = await Assert.ThrowsAsync<KvNotSupportedException>(async () => await memory.LockAsync(At("a"), NoWait));
        Assert.Contains("consul lock", there.Message, StringComparison.Ordinal);
    }
}
