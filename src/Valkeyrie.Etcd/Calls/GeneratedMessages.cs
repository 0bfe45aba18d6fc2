using Google.Protobuf;
using Valkeyrie.Etcd.Grpc;

namespace Valkeyrie.Etcd.Calls;

/// <summary>Calls by generated messages. In a class of its own: the runtime loads what a method's type parameter is bound to as soon as it loads the class, and a process that
/// only reads and writes keys needs no Google.Protobuf.</summary>
internal static class GeneratedMessages
{
    /// <summary>Makes a call of one generated message and one reply.</summary>
    /// <param name="channel">The cluster.</param>
    /// <param name="method">The method.</param>
    /// <param name="request">The request.</param>
    /// <param name="parser">Reads the reply.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public static ValueTask<TReply> CallMessageAsync<TReply>(
        this EtcdChannel channel, GrpcMethod method, IMessage request, MessageParser<TReply> parser, CancellationToken cancellationToken)
        where TReply : IMessage<TReply> =>
        channel.CallAsync(method, MessageFrame.Of(request), static (parser, reply) => parser.ParseFrom(reply.Span), parser, null, cancellationToken);
}
