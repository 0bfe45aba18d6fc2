using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace Valkeyrie.Consul.Calls;

/// <summary>The body of a transaction (PUT /v1/txn). All operations are performed, or none.</summary>
/// <param name="expected">The expected size in bytes.</param>
internal sealed class TxnBody(int expected = TxnBody.UsualLength)
{
    private const int UsualLength = 256;

    // The size of an operation without its key and value.
    private const int OperationLength = 160;

    private static readonly JsonWriterOptions Options = new() { SkipValidation = true };

    // Each operation is written without an interruption, so one writer for each thread is enough.
    [ThreadStatic]
    private static Utf8JsonWriter? threadWriter;

    private readonly ArrayBufferWriter<byte> _buffer = new(expected);
    private bool _isComplete;

    /// <summary>Creates a body with room for the write of a value and a condition.</summary>
    public static TxnBody ForPut(string key, ReadOnlySpan<byte> value) => new(2 * (OperationLength + key.Length) + Base64.GetMaxEncodedToUtf8Length(value.Length));

    /// <summary>The number of operations.</summary>
    public int Count { get; private set; }

    /// <summary>Writes a value. A session that holds the key still holds it afterwards.</summary>
    public TxnBody Set(string key, ReadOnlySpan<byte> value) => Add("set", key, value);

    /// <summary>Writes a value and acquires the key for a session; no other session may hold it.</summary>
    public TxnBody Acquire(string key, ReadOnlySpan<byte> value, string session, ulong flags = 0) => Add("lock", key, value, session, flags: flags);

    /// <summary>Writes a value and releases the key, which the session must hold.</summary>
    public TxnBody Release(string key, ReadOnlySpan<byte> value, string session) => Add("unlock", key, value, session);

    /// <summary>Requires that a session holds the key; for an empty session, that the key exists and no session holds it.</summary>
    public TxnBody RequireSession(string key, string session) => Add("check-session", key, session: session);

    /// <summary>Requires that the key is at a revision; for 0, that it does not exist.</summary>
    public TxnBody RequireRevision(string key, long revision) => revision == 0 ? Add("check-not-exists", key) : Add("check-index", key, index: revision);

    /// <summary>Reads a key, which must exist.</summary>
    public TxnBody Get(string key) => Add("get", key);

    /// <summary>Reads all keys that start with a text.</summary>
    public TxnBody GetTree(string prefix) => Add("get-tree", prefix);

    /// <summary>Removes a key, which need not exist.</summary>
    public TxnBody Delete(string key) => Add("delete", key);

    /// <summary>Removes all keys that start with a text.</summary>
    public TxnBody DeleteTree(string prefix) => Add("delete-tree", prefix);

    /// <summary>Returns the body. No operation can be added afterwards.</summary>
    public ReadOnlyMemory<byte> ToMemory()
    {
        if (!_isComplete)
        {
            _isComplete = true;
            _buffer.Write(Count == 0 ? "[]"u8 : "]"u8);
        }

        return _buffer.WrittenMemory;
    }

    private TxnBody Add(string verb, string key, ReadOnlySpan<byte> value = default, string? session = null, long index = 0, ulong flags = 0)
    {
        _buffer.Write(Count++ == 0 ? "["u8 : ","u8);
        var writer = threadWriter ??= new Utf8JsonWriter(_buffer, Options);
        writer.Reset(_buffer);
        writer.WriteStartObject();
        writer.WriteStartObject("KV"u8);
        writer.WriteString("Verb"u8, verb);
        writer.WriteString("Key"u8, key);
        if (!value.IsEmpty)
        {
            writer.WriteBase64String("Value"u8, value);
        }

        if (session is not null)
        {
            writer.WriteString("Session"u8, session);
        }

        if (index > 0)
        {
            writer.WriteNumber("Index"u8, index);
        }

        if (flags > 0)
        {
            writer.WriteNumber("Flags"u8, flags);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        return this;
    }
}
