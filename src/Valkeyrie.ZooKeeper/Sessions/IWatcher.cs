using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>Receives the events of a node and all nodes below it. Called by the reading thread, so it must not block.</summary>
internal interface IWatcher
{
    /// <summary>Called when a node has changed.</summary>
    void OnEvent(WatchEvent happened);

    /// <summary>Called when the session has another connection. Events in between are not reported.</summary>
    void OnReconnected();

    /// <summary>Called when the session has no connection for now.</summary>
    /// <param name="why">The reason.</param>
    void OnDisconnected(SessionException why);

    /// <summary>Called when the session has ended, and the watch with it.</summary>
    /// <param name="why">The reason.</param>
    void OnSessionEnded(SessionException why);
}
