namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>Waits for the next change of one node. After the notification, read the node again; it may be unchanged.</summary>
internal sealed class NodeWatch(SessionWatches watches, string path) : IDisposable
{
    private readonly TaskCompletionSource _fired = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Path { get; } = path;

    /// <summary>Completes when the node changed, or when the session ended.</summary>
    public Task Fired => _fired.Task;

    public void Fire() => _fired.TrySetResult();

    public void Dispose() => watches.Forget(this);
}
