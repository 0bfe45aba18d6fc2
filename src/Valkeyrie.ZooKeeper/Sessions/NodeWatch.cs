namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>Waits for the next change of one node. The receiver of the notification reads again to see the change; there may be none.</summary>
internal sealed class NodeWatch(SessionWatches watches, string path) : IDisposable
{
    private readonly TaskCompletionSource _fired = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Path { get; } = path;

    /// <summary>Ends when the node changed, and when the session did.</summary>
    public Task Fired => _fired.Task;

    public void Fire() => _fired.TrySetResult();

    public void Dispose() => watches.Forget(this);
}
