using System.Buffers;
using Grpc.Core;

namespace Valkeyrie.Etcd.Administration.Invocation;

/// <summary>Receives a message that a stub encodes.</summary>
internal sealed class MessageWriting : SerializationContext
{
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private byte[]? _whole;

    public ReadOnlyMemory<byte> Message => _whole ?? _buffer.WrittenMemory;

    public override void Complete(byte[] payload) => _whole = payload;

    public override void Complete()
    {
    }

    public override void SetPayloadLength(int payloadLength)
    {
    }

    public override IBufferWriter<byte> GetBufferWriter() => _buffer;
}

/// <summary>Passes a message to a stub that decodes it.</summary>
internal sealed class MessageReading(ReadOnlyMemory<byte> message) : DeserializationContext
{
    public override int PayloadLength => message.Length;

    public override byte[] PayloadAsNewBuffer() => message.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(message);
}

/// <summary>Converts messages to and from their encoded bytes.</summary>
internal static class MarshalledMessages
{
    public static ReadOnlyMemory<byte> Encode<T>(this Marshaller<T> marshaller, T message)
    {
        var writing = new MessageWriting();
        marshaller.ContextualSerializer(message, writing);
        return writing.Message;
    }

    public static T Decode<T>(this Marshaller<T> marshaller, ReadOnlyMemory<byte> bytes) => marshaller.ContextualDeserializer(new MessageReading(bytes));
}
