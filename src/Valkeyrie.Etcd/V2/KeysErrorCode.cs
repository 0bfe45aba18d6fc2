namespace Valkeyrie.Etcd.V2;

/// <summary>The error codes of the keys API (etcd v2error/error.go).</summary>
internal static class KeysErrorCode
{
    public const int KeyNotFound = 100;
    public const int CompareFailed = 101;
    public const int NotFile = 102;
    public const int NotDirectory = 104;
    public const int KeyExists = 105;
    public const int RootReadOnly = 107;
    public const int Unauthorized = 110;
    public const int FirstOfRequest = 200;
    public const int InvalidForm = 210;
    public const int FirstOfRaft = 300;
    public const int RaftInternal = 300;
    public const int FirstOfEtcd = 400;
    public const int WatcherCleared = 400;
    public const int EventIndexCleared = 401;
}
