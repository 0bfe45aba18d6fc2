namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>The kinds of request (ZooDefs.OpCode of ZooKeeper).</summary>
internal enum OpCode
{
    /// <summary>The result of an operation that a failed <see cref="Multi"/> did not perform.</summary>
    Error = -1,
    Delete = 2,
    Exists = 3,
    GetData = 4,
    SetData = 5,
    GetAcl = 6,
    SetAcl = 7,
    Sync = 9,
    Ping = 11,
    GetChildren2 = 12,
    Check = 13,
    Multi = 14,
    Create = 1,
    Create2 = 15,
    RemoveWatches = 18,
    CreateContainer = 19,
    CreateTtl = 21,
    Auth = 100,
    SetWatches = 101,
    SetWatches2 = 105,
    AddWatch = 106,
    CloseSession = -11,
}
