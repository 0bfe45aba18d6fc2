namespace Valkeyrie.Bench.Contenders;

/// <summary>A ready-made client of etcd that does the same work with its own public calls.</summary>
/// <param name="name">Its name on the command line and in the report.</param>
internal abstract class Peer(string name) : IDisposable
{
    public string Name { get; } = name;

    /// <summary>Writes a pair.</summary>
    public abstract Task PutAsync(string key, byte[] value);

    /// <summary>Reads a pair, linearizable.</summary>
    public abstract Task GetAsync(string key);

    /// <summary>Lists a directory, and returns the number of its pairs.</summary>
    public abstract Task<int> ListAsync(string directory);

    /// <summary>Watches a directory until a number of events have arrived, each with its key and value.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="from">The first revision.</param>
    /// <param name="events">The number of events to wait for.</param>
    public abstract Task WatchAsync(string directory, long from, long events);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
