using Valkeyrie.Embedded;

namespace Valkeyrie.Tests.Contract;

/// <summary>What a listing with times to live asks a store for.</summary>
public sealed class LifetimesTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_listing_asks_once_for_each_lease_and_for_few_at_a_time()
    {
        await using var inner = EmbeddedStore.OpenInMemory();
        var store = new CountingLeases(inner);
        var shared = (await store.GrantLeaseAsync(Ttl)).Id;
        for (var i = 0; i < 200; i++)
        {
            await inner.PutAsync($"a/{i:d3}", "v", i % 2 == 0 ? new KvPutOptions { LeaseId = shared } : new KvPutOptions { Ttl = Ttl });
        }

        var told = await store.WithLifetimesAsync(inner.ListAsync("a")).ToListAsync();
        Assert.Equal(200, told.Count);
        Assert.All(told, pair => Assert.Equal(Ttl, pair.Ttl));
        Assert.Equal(101, store.Lookups);
        Assert.InRange(store.MostInFlight, 2, 33);
    }

    [Fact]
    public async Task What_is_left_of_a_key_whose_lease_has_ended_meanwhile_is_nothing()
    {
        await using var inner = EmbeddedStore.OpenInMemory();
        var store = new CountingLeases(inner);
        var lease = await store.GrantLeaseAsync(Ttl);
        await inner.PutAsync("a/b", "v", new KvPutOptions { LeaseId = lease.Id });
        var listed = await inner.ListAsync("a").ToListAsync();
        await store.RevokeLeaseAsync(lease.Id);

        var told = Assert.Single(await store.WithLifetimesAsync(listed.ToAsyncEnumerable()).ToListAsync());
        Assert.Equal(TimeSpan.Zero, told.Remaining);
    }

    [Fact]
    public async Task A_lookup_that_fails_ends_the_listing_at_its_key_and_one_that_stops_waits_for_none()
    {
        await using var inner = EmbeddedStore.OpenInMemory();
        for (var i = 0; i < 50; i++)
        {
            await inner.PutAsync($"a/{i:d2}", "v", new KvPutOptions { Ttl = Ttl });
        }

        var store = new CountingLeases(inner) { FailsFrom = 10 };
        var told = new List<string>();
        await Assert.ThrowsAsync<KvUnreachableException>(async () =>
        {
            await foreach (var pair in store.WithLifetimesAsync(inner.ListAsync("a")))
            {
                told.Add(pair.Key);
            }
        });
        Assert.Equal(10, told.Count);

        store = new CountingLeases(inner) { NeverAnswersFrom = 1 };
        await foreach (var pair in store.WithLifetimesAsync(inner.ListAsync("a")))
        {
            Assert.Equal("a/00", pair.Key);
            break;
        }

        Assert.Equal(store.Lookups, store.Canceled + 1);
    }

    /// <summary>Counts the lookups, each of which takes a while.</summary>
    private sealed class CountingLeases(IKvStore inner) : PlainStore(inner), IKvLeases
    {
        private readonly IKvLeases _leases = inner.GetCapability<IKvLeases>();
        private readonly object _counting = new();
        private int _inFlight;

        public int FailsFrom { get; init; } = int.MaxValue;

        public int NeverAnswersFrom { get; init; } = int.MaxValue;

        public int Lookups { get; private set; }

        public int MostInFlight { get; private set; }

        public int Canceled { get; private set; }

        public async ValueTask<KvLease> GetLeaseAsync(long leaseId, CancellationToken cancellationToken = default)
        {
            int number;
            lock (_counting)
            {
                number = Lookups++;
                MostInFlight = Math.Max(MostInFlight, ++_inFlight);
            }

            try
            {
                await Task.Delay(number >= NeverAnswersFrom ? Timeout.Infinite : 1, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                lock (_counting)
                {
                    Canceled++;
                }

                throw;
            }
            finally
            {
                lock (_counting)
                {
                    _inFlight--;
                }
            }

            return number >= FailsFrom ? throw new KvUnreachableException(KvUnreachableReason.ConnectionLost, "away") : await _leases.GetLeaseAsync(leaseId, cancellationToken);
        }

        public ValueTask<KvLease> GrantLeaseAsync(TimeSpan ttl, CancellationToken cancellationToken = default) => _leases.GrantLeaseAsync(ttl, cancellationToken);

        public ValueTask<KvLease> RenewLeaseAsync(long leaseId, CancellationToken cancellationToken = default) => _leases.RenewLeaseAsync(leaseId, cancellationToken);

        public ValueTask<KvLease> KeepLeaseAliveAsync(long leaseId, Action<KvKeepAliveLoss>? lost = null, CancellationToken cancellationToken = default) =>
            _leases.KeepLeaseAliveAsync(leaseId, lost, cancellationToken);

        public ValueTask RevokeLeaseAsync(long leaseId, CancellationToken cancellationToken = default) => _leases.RevokeLeaseAsync(leaseId, cancellationToken);

        public IAsyncEnumerable<KvLease> ListLeasesAsync(CancellationToken cancellationToken = default) => _leases.ListLeasesAsync(cancellationToken);
    }
}
