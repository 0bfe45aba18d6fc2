namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>The numbers of requests, and of replies that answer none (ClientCnxn of ZooKeeper). Those of calls count from 1.</summary>
internal static class Xid
{
    /// <summary>Of an event of a watch.</summary>
    public const int Event = -1;

    public const int Ping = -2;

    public const int Auth = -4;

    public const int SetWatches = -8;
}
