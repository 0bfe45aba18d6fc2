using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>Who watches a node and all below it. Called by the thread that reads, so it must not wait.</summary>
internal interface IWatcher
{
    /// <summary>A node has changed.</summary>
    void OnEvent(WatchEvent happened);

    /// <summary>The session has another connection. Events in between are not reported.</summary>
    void OnReconnected();

    /// <summary>The session has no connection for now.</summary>
    /// <param name="why">Why.</param>
    void OnDisconnected(SessionException why);

    /// <summary>The session has ended, and the watch with it.</summary>
    /// <param name="why">Why.</param>
    void OnSessionEnded(SessionException why);
}
