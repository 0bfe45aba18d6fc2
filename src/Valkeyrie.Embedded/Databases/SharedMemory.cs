using Valkeyrie.Embedded.Sqlite;
using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Embedded.Databases;

/// <summary>The memory of a database and its users; the last user releases it.</summary>
#pragma warning disable CA1001 // its last user closes the connection
internal sealed class SharedMemory
#pragma warning restore CA1001
{
    private readonly List<MemoryDatabase> _users = [];

    public SharedMemory(string name)
    {
        Connection = Connection.OpenInMemory(name);
        Schema.Migrate(Connection);
        Connection.Execute("PRAGMA temp_store = MEMORY");
        Clock = StoreClock.Of(Connection, WallClock.Read);
    }

    public Connection Connection { get; }

    /// <summary>The clock of the leases.</summary>
    public StoreClock Clock { get; }

    /// <summary>The gate to hold while using the connection.</summary>
    public object Gate { get; } = new();

    public void Join(MemoryDatabase user)
    {
        lock (Gate)
        {
            _users.Add(user);
        }
    }

    public void Leave(MemoryDatabase user)
    {
        if (_users.Remove(user) && _users.Count == 0)
        {
            Connection.Dispose();
        }
    }

    public void TellCommitted() => _users.ForEach(static u => u.Committed());
}
