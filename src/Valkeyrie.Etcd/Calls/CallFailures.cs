using Google.Protobuf;
using Valkeyrie.Engine.Http;
using Valkeyrie.Etcd.Cluster;
using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Http2;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.Calls;

/// <summary>Classifies the failure of a gRPC call, for its caller and for another attempt.</summary>
internal static class CallFailures
{
    public static Failure Of(Exception e, in FailedCall call) => e switch
    {
        GrpcException refused => EtcdErrors.Of(refused.Status, call),
        GrpcMessageTooLargeException tooLarge => new(new KvException(KvErrorCode.QuotaExceeded,
            $"The reply of {call.Endpoint} has {tooLarge.Length} bytes; the limit is {EtcdChannel.MaxReplyLength}. Read fewer keys at a time.")
            { Key = call.Key, Endpoint = call.Endpoint }),
        GrpcProtocolException or EtcdProtocolException or InvalidProtocolBufferException => Failure.Protocol(e, e.Message, call),
        Http2ConnectException { EndedAfterHandshake: true } => Failure.NotReached(KvUnreachableReason.Tls, e, call),
        Http2ConnectException => Failure.Protocol(e, e.Message, call, notSent: true) with { NoConnection = true },
        Http2ProtocolException => Failure.Protocol(e, e.Message + ".", call),
        Http2ResetException reset => OfReset(reset, call),
        Http2ConnectionLostException lost => Failure.Lost(e, call with { Unsent = lost.NotSent || call.Unsent }, " " + e.Message),
        _ => Failure.Of(e, call),
    };

    private static Failure OfReset(Http2ResetException e, in FailedCall call) => e.Error switch
    {
        Http2Error.RefusedStream => Failure.Lost(e, call with { Unsent = true }),
        Http2Error.NoError or Http2Error.Cancel or Http2Error.EnhanceYourCalm or Http2Error.InternalError => Failure.Lost(e, call),
        _ => Failure.Protocol(e, e.Message, call),
    };
}
