using System.Buffers;
using System.Text.Json;

namespace Valkeyrie.Consul.Calls;

/// <summary>The operations of a transaction (PUT /v1/txn), as its body. All are done, or none.</summary>
#pragma warning disable CA1001 // its writer rests on managed memory alone
internal sealed class TxnBody
#pragma warning restore CA1001
{
    private static readonly JsonWriterOptions Options = new() { SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _buffer = new(256);
    private readonly Utf8JsonWriter _writer;

    public TxnBody()
    {
        _writer = new Utf8JsonWriter(_buffer, Options);
        _writer.WriteStartArray();
    }

    /// <summary>How many operations it has.</summary>
    public int Count { get; private set; }

    /// <summary>Writes a value. A session that holds the key goes on holding it.</summary>
    public TxnBody Set(string key, ReadOnlySpan<byte> value) => Add("set", key, value);

    /// <summary>Writes a value and has a session hold the key, which no other session may hold.</summary>
    public TxnBody Acquire(string key, ReadOnlySpan<byte> value, string session, ulong flags = 0) => Add("lock", key, value, session, flags: flags);

    /// <summary>Writes a value and ends the hold of a session, which must hold the key.</summary>
    public TxnBody Release(string key, ReadOnlySpan<byte> value, string session) => Add("unlock", key, value, session);

    /// <summary>Holds only if a session holds the key; of an empty session, if the key exists and none holds it.</summary>
    public TxnBody RequireSession(string key, string session) => Add("check-session", key, session: session);

    /// <summary>Holds only if the key is at a revision; at 0, if it does not exist.</summary>
    public TxnBody RequireRevision(string key, long revision) => revision == 0 ? Add("check-not-exists", key) : Add("check-index", key, index: revision);

    /// <summary>Reads a key, which must exist.</summary>
    public TxnBody Get(string key) => Add("get", key);

    /// <summary>Reads all keys that start with a text.</summary>
    public TxnBody GetTree(string prefix) => Add("get-tree", prefix);

    /// <summary>Removes a key, which need not exist.</summary>
    public TxnBody Delete(string key) => Add("delete", key);

    /// <summary>Removes all keys that start with a text.</summary>
    public TxnBody DeleteTree(string prefix) => Add("delete-tree", prefix);

    /// <summary>The body. Nothing can be added after it.</summary>
    public ReadOnlyMemory<byte> ToMemory()
    {
        _writer.WriteEndArray();
        _writer.Flush();
        return _buffer.WrittenMemory;
    }

    private TxnBody Add(string verb, string key, ReadOnlySpan<byte> value = default, string? session = null, long index = 0, ulong flags = 0)
    {
        Count++;
        _writer.WriteStartObject();
        _writer.WriteStartObject("KV"u8);
        _writer.WriteString("Verb"u8, verb);
        _writer.WriteString("Key"u8, key);
        if (!value.IsEmpty)
        {
            _writer.WriteBase64String("Value"u8, value);
        }

        if (session is not null)
        {
            _writer.WriteString("Session"u8, session);
        }

        if (index > 0)
        {
            _writer.WriteNumber("Index"u8, index);
        }

        if (flags > 0)
        {
            _writer.WriteNumber("Flags"u8, flags);
        }

        _writer.WriteEndObject();
        _writer.WriteEndObject();
        return this;
    }
}
