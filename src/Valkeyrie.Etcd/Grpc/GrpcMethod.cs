namespace Valkeyrie.Etcd.Grpc;

/// <summary>A method of etcd's APIv3.</summary>
internal sealed record GrpcMethod
{
    public static readonly GrpcMethod Range = new("/etcdserverpb.KV/Range", readOnly: true);
    public static readonly GrpcMethod Put = new("/etcdserverpb.KV/Put");
    public static readonly GrpcMethod DeleteRange = new("/etcdserverpb.KV/DeleteRange");
    public static readonly GrpcMethod Txn = new("/etcdserverpb.KV/Txn");
    public static readonly GrpcMethod Watch = new("/etcdserverpb.Watch/Watch", readOnly: true);
    public static readonly GrpcMethod LeaseGrant = new("/etcdserverpb.Lease/LeaseGrant");
    public static readonly GrpcMethod LeaseRevoke = new("/etcdserverpb.Lease/LeaseRevoke");
    public static readonly GrpcMethod LeaseKeepAlive = new("/etcdserverpb.Lease/LeaseKeepAlive", readOnly: true);
    public static readonly GrpcMethod LeaseTimeToLive = new("/etcdserverpb.Lease/LeaseTimeToLive", readOnly: true);
    public static readonly GrpcMethod LeaseLeases = new("/etcdserverpb.Lease/LeaseLeases", readOnly: true);
    public static readonly GrpcMethod Authenticate = new("/etcdserverpb.Auth/Authenticate", readOnly: true);
    public static readonly GrpcMethod UserGet = new("/etcdserverpb.Auth/UserGet", readOnly: true);
    public static readonly GrpcMethod Status = new("/etcdserverpb.Maintenance/Status", readOnly: true);

    private GrpcMethod(string path, bool readOnly = false)
    {
        Path = path;
        ReadOnly = readOnly;
    }

    public string Path { get; }

    /// <summary>True if making the call twice does no harm, so that it may be sent again when its outcome is not known.</summary>
    public bool ReadOnly { get; }
}
