using System.Threading.Channels;
using Valkeyrie.Embedded;
using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Faults;

/// <summary>Mirrors that are killed, and stores that die under them.</summary>
public sealed class MirrorFaultTests
{
    private const int Kills = 4;
    private const int Names = 40;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    static MirrorFaultTests()
    {
        EtcdStore.Register();
        EmbeddedStore.Register();
    }

    [Theory]
    [InlineData("etcd")]
    [InlineData("embedded")]
    public async Task A_mirror_that_is_killed_again_and_again_ends_like_its_source(string kindOfSource)
    {
        var random = new Random(FaultRun.DefaultSeed);
        using var folder = new TemporaryFolder();
        await using var etcd = await EtcdServer.StartAsync();
        var file = "embedded:" + folder.File("store");
        var (from, to) = kindOfSource == "etcd" ? (etcd.Address, file) : (file, etcd.Address);
        await using var source = KvStore.Open(from);
        await using var destination = KvStore.Open(to);
        await destination.PutAsync("b/none", "of the source");
        for (var round = 0; round < Kills; round++)
        {
            var phases = Channel.CreateUnbounded<string>();
            await using (var worker = Start())
            {
                // Sometimes in the first comparison, sometimes while changes are made.
                if (round > 0)
                {
                    await phases.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit);
                }

                await WriteAsync(source, random, random.Next(20, 200));
                await worker.KillAsync();
            }

            await WriteAsync(source, random, 50);

            FaultWorkerProcess Start() => new(
                "mirror", from, Timeout, 1, line => phases.Writer.TryWrite(line), "a", to, "b", folder.File("state"));
        }

        var follows = new TaskCompletionSource();
        await using var last = new FaultWorkerProcess(
            "mirror", from, Timeout, 1, line => _ = line.StartsWith("Following", StringComparison.Ordinal) && follows.TrySetResult(), "a", to, "b", folder.File("state"));
        await source.PutAsync("a/~", "last");
        await UntilAlikeAsync(source, destination);
        Assert.False(await destination.ExistsAsync("b/none"));

        // The report can follow the last write of its comparison.
        await follows.Task.WaitAsync(Patience.Limit);
        await last.KillAsync();
    }

    [Fact]
    public async Task A_mirror_outlasts_the_death_of_the_leader_on_both_sides()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await using var store = KvStore.Open(cluster.Address);
        await WriteAsync(store, new Random(1), 200);
        await using var mirror = new RunningMirror(new KvTreeMirror(store, "a", store, "b", new KvTreeMirrorOptions { Prune = true }));
        await Patience.UntilAsync(() => mirror.Status.Phase == KvTreeMirrorPhase.Following, "a mirror that follows");
        var writing = Task.Run(() => WriteAsync(store, new Random(2), 3000));
        await Patience.UntilAsync(() => mirror.Status.Written > 700, "a mirror that is under way");
        cluster.Kill((await cluster.LeaderAsync())!.Value);
        await writing;
        await store.PutAsync("a/~", "last");
        await UntilAlikeAsync(store, store);
        Assert.Equal(1, (await mirror.EndAsync()).Comparisons);
    }

    private static async Task WriteAsync(IKvStore store, Random random, int changes)
    {
        for (var i = 0; i < changes; i++)
        {
            var key = $"a/{random.Next(Names)}";
            try
            {
                if (random.Next(3) == 0)
                {
                    await store.TryDeleteAsync(key);
                }
                else
                {
                    await store.PutAsync(key, $"{i}");
                }
            }
            catch (KvException e) when (e is KvUnreachableException or KvTimeoutException)
            {
                // Made or not: only the source determines the content of the destination.
            }
        }
    }

    private static Task UntilAlikeAsync(IKvStore source, IKvStore destination) => Patience.UntilAsync(
        async () => (await TextAsync(source, "a")).SequenceEqual(await TextAsync(destination, "b")), "a destination that is like its source");

    private static async Task<IEnumerable<string>> TextAsync(IKvStore store, string tree) =>
        (await KvTreeContent.Of(store, tree).OrEmpty().Pairs.ToListAsync()).Select(pair => $"{pair.Key[tree.Length..]}={pair.Value}");
}
