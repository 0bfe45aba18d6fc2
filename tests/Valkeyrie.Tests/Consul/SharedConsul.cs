using Valkeyrie.Consul;
using Valkeyrie.Tests.Consul;

[assembly: AssemblyFixture(typeof(SharedConsul))]

namespace Valkeyrie.Tests.Consul;

/// <summary>One Consul for all test classes, started on first use. Each test uses its own keys.</summary>
public sealed class SharedConsul : IAsyncDisposable
{
    private readonly Lazy<Task<ConsulAgent>> _agent = new(() => ConsulAgent.StartAsync());

    static SharedConsul() => ConsulStore.Register();

    internal ConsulAgent Agent => ConsulBinary.Started(ConsulBinary.IsInstalled ? _agent.Value.GetAwaiter().GetResult() : null);

    public async ValueTask DisposeAsync()
    {
        if (_agent.IsValueCreated)
        {
            await (await _agent.Value).DisposeAsync();
        }
    }
}

/// <summary>A Consul for one test class, for tests that would disturb others.</summary>
public sealed class OwnConsul : IAsyncLifetime
{
    private ConsulAgent? _agent;

    internal ConsulAgent Agent => ConsulBinary.Started(_agent);

    public async ValueTask InitializeAsync() => _agent = ConsulBinary.IsInstalled ? await ConsulAgent.StartAsync() : null;

    public ValueTask DisposeAsync() => _agent?.DisposeAsync() ?? ValueTask.CompletedTask;
}
