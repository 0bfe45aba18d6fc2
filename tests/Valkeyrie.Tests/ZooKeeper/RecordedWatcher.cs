using System.Collections.Concurrent;
using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.Tests.ZooKeeper;

/// <summary>Records the events of a watch.</summary>
internal sealed class RecordedWatcher : IWatcher, IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _seen = new();
    private readonly Session _session;
    private readonly string _path;

    private RecordedWatcher(Session session, string path) => (_session, _path) = (session, path);

    public IReadOnlyList<string> Seen => [.. _seen];

    public static async Task<RecordedWatcher> StartAsync(Session session, string path)
    {
        var watcher = new RecordedWatcher(session, path);
        Assert.Equal(ErrorCode.Ok, await session.Watches.AddAsync(path, watcher, null, CancellationToken.None));
        return watcher;
    }

    public Task UntilAsync(string what) => Patience.UntilAsync(() => Seen.Contains(what), $"'{what}' among {string.Join(", ", Seen)}");

    public void OnEvent(WatchEvent happened) => _seen.Enqueue($"{happened.Type} {happened.Path}");

    public void OnReconnected() => _seen.Enqueue("reconnected");

    public void OnDisconnected(SessionException why) => _seen.Enqueue("disconnected");

    public void OnSessionEnded(SessionException why) => _seen.Enqueue("ended");

    public ValueTask DisposeAsync() => _session.Watches.RemoveAsync(_path, this);
}
