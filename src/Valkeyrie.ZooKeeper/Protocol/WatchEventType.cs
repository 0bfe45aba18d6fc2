namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>The kinds of events of a watch (Watcher.Event.EventType of ZooKeeper).</summary>
internal enum WatchEventType
{
    /// <summary>An event of the session, not of a node.</summary>
    None = -1,
    Created = 1,
    Deleted = 2,
    DataChanged = 3,
    ChildrenChanged = 4,
    DataWatchRemoved = 5,
    ChildWatchRemoved = 6,
    PersistentWatchRemoved = 7,
}
