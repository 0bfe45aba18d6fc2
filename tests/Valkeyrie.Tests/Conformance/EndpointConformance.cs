namespace Valkeyrie.Tests.Conformance;

/// <summary>The status of a store's endpoints.</summary>
public abstract class EndpointConformance(IStoreRig rig) : StoreConformance(rig)
{
    [Fact]
    public async Task Every_endpoint_tells_that_it_is_there_how_fast_and_in_which_version()
    {
        await Store.PutAsync(At("a"), "1");
        var statuses = await ReadAsync(Store);
        Assert.Equal(Store.Info.Endpoints.Order(), statuses.Select(s => s.Endpoint).Order());
        Assert.All(statuses, status =>
        {
            Assert.True(status.IsReachable);
            Assert.True(status.IsServing);
            Assert.True(status.Latency > TimeSpan.Zero);
            Assert.NotEmpty(status.Version);
            Assert.True(status.Revision > 0);
            Assert.Null(status.Reason);
            Assert.Null(status.ErrorCode);
            Assert.Empty(status.Problems);
        });
    }

    [Fact]
    public async Task The_fallback_for_any_store_tells_the_same_by_a_ping()
    {
        var own = (await ReadAsync(Store))[0];
        var pinged = Assert.Single(await PingedEndpoint.Of(new PlainStore(Store)).CheckEndpointsAsync().ToListAsync());
        Assert.Equal((own.IsServing, own.Version), (pinged.IsServing, pinged.Version));
        Assert.Contains(pinged.Endpoint, Store.Info.Endpoints);
    }

    [Fact]
    public async Task A_store_that_is_cut_off_is_told_with_the_reason_in_the_time_that_it_is_given()
    {
        await using var mortal = Rig.OpenMortal();
        mortal.Kill();
        var status = Assert.Single(await PingedEndpoint.Of(mortal.Store).CheckEndpointsAsync(TimeSpan.FromSeconds(1)).ToListAsync().WaitAsync(Patience.Limit));
        Assert.False(status.IsServing);
        Assert.NotNull(status.ErrorCode);
        Assert.NotEmpty(status.Reason!);
    }

    [Fact]
    public async Task A_timeout_without_time_is_refused()
    {
        foreach (var endpoints in new[] { PingedEndpoint.Of(Store), PingedEndpoint.Of(new PlainStore(Store)) })
        {
            await Assert.ThrowsAsync<KvInvalidArgumentException>(() => endpoints.CheckEndpointsAsync(TimeSpan.Zero).ToListAsync());
        }
    }

    [Fact]
    public async Task A_store_that_is_closed_says_so()
    {
        var store = Rig.Open();
        await store.DisposeAsync();
        await Assert.ThrowsAsync<KvStoreClosedException>(() => PingedEndpoint.Of(store).CheckEndpointsAsync().ToListAsync());
    }

    [Fact]
    public async Task A_reader_who_has_given_up_is_not_answered()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PingedEndpoint.Of(Store).CheckEndpointsAsync(cancellationToken: gone.Token).ToListAsync());
    }

    private static Task<List<KvEndpointStatus>> ReadAsync(IKvStore store) => PingedEndpoint.Of(store).CheckEndpointsAsync().ToListAsync();
}
