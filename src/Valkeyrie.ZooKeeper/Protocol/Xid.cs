namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>The numbers of requests, and of replies without a request (ClientCnxn of ZooKeeper). Calls are numbered from 1.</summary>
internal static class Xid
{
    /// <summary>The number of an event of a watch.</summary>
    public const int Event = -1;

    public const int Ping = -2;

    public const int Auth = -4;

    public const int SetWatches = -8;
}
