using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Calls;

/// <summary>The methods of etcd's API 3 that the store calls.</summary>
internal static class EtcdMethods
{
    public static readonly GrpcMethod Range = new("/etcdserverpb.KV/Range", isRepeatable: true);
    public static readonly GrpcMethod RangeStream = new("/etcdserverpb.KV/RangeStream", isRepeatable: true);
    public static readonly GrpcMethod Put = new("/etcdserverpb.KV/Put");
    public static readonly GrpcMethod DeleteRange = new("/etcdserverpb.KV/DeleteRange");
    public static readonly GrpcMethod Txn = new("/etcdserverpb.KV/Txn");

    // A member without a leader ends the watch instead of sending nothing (etcd's clients send this for WithRequireLeader).
    public static readonly GrpcMethod Watch = new("/etcdserverpb.Watch/Watch", isRepeatable: true, new HeaderField("hasleader", "true"));

    public static readonly GrpcMethod LeaseGrant = new("/etcdserverpb.Lease/LeaseGrant");
    public static readonly GrpcMethod LeaseRevoke = new("/etcdserverpb.Lease/LeaseRevoke");
    public static readonly GrpcMethod LeaseKeepAlive = new("/etcdserverpb.Lease/LeaseKeepAlive", isRepeatable: true);
    public static readonly GrpcMethod LeaseTimeToLive = new("/etcdserverpb.Lease/LeaseTimeToLive", isRepeatable: true);
    public static readonly GrpcMethod LeaseLeases = new("/etcdserverpb.Lease/LeaseLeases", isRepeatable: true);
    public static readonly GrpcMethod Authenticate = new("/etcdserverpb.Auth/Authenticate", isRepeatable: true);
    public static readonly GrpcMethod UserGet = new("/etcdserverpb.Auth/UserGet", isRepeatable: true);
    public static readonly GrpcMethod Status = new("/etcdserverpb.Maintenance/Status", isRepeatable: true);
}
