using Valkeyrie.Engine.Telemetry;
using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Etcd;

/// <summary>Directories of large values, listed from whichever etcd the tests run on: by streams from etcd 3.7 on, by pages before.</summary>
public sealed class StreamedListingTests(SharedEtcd etcd) : IAsyncLifetime
{
    private const int Count = 4_000;
    private const int InFlight = 32;
    private const string Stream = "RangeStream";

    private static readonly Version FirstWithStreams = new(3, 7);
    private static readonly byte[] Value = new byte[3_000];

    private readonly string _root = $"streamed-{Guid.NewGuid():n}";
    private readonly TcpProxy _proxy = new(etcd.Server.Port);
    private IKvStore _near = null!;
    private IKvStore _far = null!;

    private static bool HasStreams => EtcdBinary.ServerIs >= FirstWithStreams;

    private IEnumerable<string> Keys => Enumerable.Range(0, Count).Select(i => $"{_root}/{i:00000}");

    public async ValueTask InitializeAsync()
    {
        EtcdStore.Register();
        _near = KvStore.Open(etcd.Server.Address);
        _far = KvStore.Open(_proxy.Address);
        await Parallel.ForEachAsync(Keys, new ParallelOptions { MaxDegreeOfParallelism = InFlight }, async (key, token) =>
            await _near.PutAsync(key, Value.AsMemory(), null, token));
    }

    public async ValueTask DisposeAsync()
    {
        await _near.DeleteTreeAsync(_root);
        await _far.DisposeAsync();
        await _near.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task A_server_that_can_stream_does_and_an_older_one_is_asked_once()
    {
        var first = await ListAsync(_near);
        var second = await ListAsync(_near);
        Assert.All([.. first, .. second], a => Assert.True(a.Error is null || a.Operation == Stream));
        Assert.Equal(HasStreams, first.Any(a => a is { Operation: Stream, Error: null }));
        Assert.Equal(HasStreams, second.Any(a => a.Operation == Stream));
        Assert.Equal(HasStreams ? 0 : 1, first.Count(a => a.Error is not null));
    }

    [Fact]
    public async Task A_server_whose_version_is_known_is_never_asked_needlessly()
    {
        await _near.PingAsync();
        var attempts = await ListAsync(_near);
        Assert.All(attempts, a => Assert.Null(a.Error));
        Assert.Equal(HasStreams, attempts.Any(a => a.Operation == Stream));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(700)]
    public async Task A_connection_that_breaks_in_the_middle_costs_no_key_and_no_revision(int at)
    {
        var keys = new List<string>();
        await foreach (var pair in _far.ListAsync(_root))
        {
            keys.Add(pair.Key);
            if (keys.Count == at)
            {
                await _near.PutAsync($"{_root}/{Count - 1:00000}-later", "");
                _proxy.Cut();
            }
        }

        // Whether the rest had already come is the network's affair; RangeStreamTests breaks streams at known places.
        Assert.Equal(Keys, keys);
    }

    private async Task<List<CallAttempt>> ListAsync(IKvStore store)
    {
        var attempts = new List<CallAttempt>();
        using var observation = new CallObservation(a =>
        {
            lock (attempts)
            {
                attempts.Add(a);
            }
        });
        using (CallObservation.Enter(observation))
        {
            Assert.Equal(Keys, await store.KeysAsync(_root));
        }

        return attempts;
    }
}
