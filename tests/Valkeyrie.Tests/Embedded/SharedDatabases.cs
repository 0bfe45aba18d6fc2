using Valkeyrie.Embedded;
using Valkeyrie.Embedded.Databases;
using Valkeyrie.Tests.Embedded;

[assembly: AssemblyFixture(typeof(SharedDatabases))]

namespace Valkeyrie.Tests.Embedded;

/// <summary>A file and a memory for all test classes. Each test uses its own keys.</summary>
public sealed class SharedDatabases : DatabasePair;

/// <summary>A file and a memory for one test class, for tests that would disturb others.</summary>
public sealed class OwnDatabases : DatabasePair;

/// <summary>A database in a file and one in memory.</summary>
public abstract class DatabasePair : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly SharedMemory _memory = new("memory:");
    private IKvStore? _keepsMemory;

    internal EmbeddedRig File => new(options => new EmbeddedEngine(new EmbeddedAddress(_folder.File("store.db"), new EmbeddedOptions()), options));

    internal EmbeddedRig Memory => new(options => new EmbeddedEngine(new EmbeddedAddress("", new EmbeddedOptions()), options, _memory));

    public async ValueTask InitializeAsync()
    {
        _keepsMemory = Memory.Open();
        await _keepsMemory.PingAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _keepsMemory!.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
