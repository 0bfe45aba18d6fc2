namespace Valkeyrie.Tests.Consul;

/// <summary>The base of tests on the shared Consul, with a store and a directory for each test.</summary>
public abstract class ConsulTests(SharedConsul consul) : IAsyncDisposable
{
    internal ConsulAgent Agent { get; } = consul.Agent;

    protected IKvStore Store { get; } = KvStore.Open(consul.Agent.Address);

    /// <summary>A directory that no other test uses.</summary>
    protected string Root { get; } = $"test-{Guid.NewGuid():n}";

    protected string At(string name) => $"{Root}/{name}";

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Begins to watch the test's own directory, and returns when the watch has certainly begun.</summary>
    internal async Task<RunningWatch> WatchRootAsync()
    {
        await Store.PutAsync(At("-begun"), "");
        var watching = RunningWatch.Tree(Store, Root);
        await watching.UntilAsync(e => e.Key == At("-begun"));
        return watching;
    }

    /// <summary>Creates a session as other programs do.</summary>
    internal async Task<string> CreateSessionAsync(string settings)
    {
        var reply = await Agent.SendAsync(HttpMethod.Put, "/v1/session/create", settings);
        return System.Text.Json.JsonDocument.Parse(reply).RootElement.GetProperty("ID").GetString()!;
    }
}
