using System.Diagnostics.CodeAnalysis;
using Valkeyrie.Embedded;

namespace Valkeyrie.Tests.Contract;

/// <summary>Access to features that only some stores have.</summary>
public sealed class CapabilityTests
{
    [Fact]
    public async Task A_capability_may_be_served_by_another_object_than_the_store()
    {
        await using var inner = EmbeddedStore.OpenInMemory();
        IKvStore store = new BorrowingStore(inner);
        Assert.Same(inner, store.GetCapability<IKvLeases>());
        Assert.Same(inner, ListedDirectories.Of(store));
        Assert.Same(inner, PingedEndpoint.Of(store));
    }

    [Fact]
    public async Task A_store_without_a_capability_says_so_and_shows_directories_and_endpoints_all_the_same()
    {
        await using var inner = EmbeddedStore.OpenInMemory();
        IKvStore store = new PlainStore(inner);
        Assert.False(store.TryGetCapability<IKvLeases>(out var leases));
        Assert.Null(leases);
        Assert.Throws<KvNotSupportedException>(store.GetCapability<IKvLeases>);
        Assert.IsType<ListedDirectories>(ListedDirectories.Of(store));
        Assert.IsType<PingedEndpoint>(PingedEndpoint.Of(store));
    }

    // A store that wraps another one, and asks it for the capabilities that it lacks.
    private sealed class BorrowingStore(IKvStore inner) : PlainStore(inner), IKvStore
    {
        private readonly IKvStore _inner = inner;

        public bool TryGetCapability<TCapability>([NotNullWhen(true)] out TCapability? capability)
            where TCapability : class => _inner.TryGetCapability(out capability);
    }
}
