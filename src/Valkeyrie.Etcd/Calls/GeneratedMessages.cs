using Google.Protobuf;
using Valkeyrie.Etcd.Grpc;

namespace Valkeyrie.Etcd.Calls;

/// <summary>Makes calls with generated messages. A separate class: the runtime loads the type arguments of a method together with its class, and a process that
/// only reads and writes keys does not need Google.Protobuf.</summary>
internal static class GeneratedMessages
{
    /// <summary>Makes a call with one generated message and one reply.</summary>
    /// <param name="channel">The cluster.</param>
    /// <param name="method">The method.</param>
    /// <param name="request">The request.</param>
    /// <param name="parser">Parses the reply.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public static ValueTask<TReply> CallMessageAsync<TReply>(
        this EtcdChannel channel, GrpcMethod method, IMessage request, MessageParser<TReply> parser, CancellationToken cancellationToken)
        where TReply : IMessage<TReply> =>
        channel.CallAsync(method, MessageFrame.Of(request), static (parser, reply) => parser.ParseFrom(reply.Span), parser, null, cancellationToken);
}
