using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Valkeyrie.Engine.Http;

namespace Valkeyrie.Consul.Calls;

/// <summary>Parses the entries of an answer as its bytes arrive: of a read (<c>[{...}]</c>) and of a transaction
/// (<c>{"Results":[{"KV":{...}}],"Errors":[{...}]}</c>).</summary>
/// <param name="values">False to skip the values.</param>
internal sealed class EntryParser(bool values = true) : IReplyParser
{
    private readonly List<Node> _open = new(capacity: 4);
    private JsonReaderState _state;
    private Property _property;
    private bool _complete;

    private enum Property
    {
        Other,
        Key,
        Value,
        Flags,
        Session,
        CreateIndex,
        ModifyIndex,
        OpIndex,
        What,
    }

    /// <summary>The entries so far, in the order of the answer. The reader removes them.</summary>
    public List<ConsulEntry> Entries { get; } = [];

    /// <summary>The errors of a transaction.</summary>
    public List<ConsulTxnError> Errors { get; } = [];

    /// <summary>True for the answer to a transaction, false for the answer to a read.</summary>
    public bool IsOfTransaction { get; private set; }

    public int Read(ReadOnlySpan<byte> bytes, bool final)
    {
        var reader = new Utf8JsonReader(bytes, final, _state);
        try
        {
            while (reader.Read())
            {
                Token(ref reader);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new ReplyException("its reply does not have the form of a reply about keys.", e);
        }

        if (final && !_complete)
        {
            throw new ReplyException("its reply is truncated.");
        }

        _state = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }

    private void Token(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                IsOfTransaction |= _open.Count == 0;
                _open.Add(new Node { IsObject = true });
                _property = Property.Other;
                break;
            case JsonTokenType.StartArray:
                _open.Add(new Node());
                _property = Property.Other;
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                End(_open[^1]);
                _open.RemoveAt(_open.Count - 1);
                _complete = _open.Count == 0;
                break;
            case JsonTokenType.PropertyName:
                _property = PropertyOf(ref reader);
                break;
            default:
                Scalar(ref reader);
                break;
        }
    }

    private void End(in Node node)
    {
        if (node.Entry is { } entry)
        {
            Require(entry is { Key: not null, ModifyIndex: > 0 });
            Entries.Add(entry);
        }
        else if (node.What is { } text)
        {
            Errors.Add(new ConsulTxnError(node.Operation, text));
        }
    }

    private void Scalar(ref Utf8JsonReader reader)
    {
        Require(_open.Count > 0);
        if (_property == Property.Other || reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        ref var node = ref CollectionsMarshal.AsSpan(_open)[^1];
        Require(node.IsObject);
        switch (_property)
        {
            case Property.Key:
                node.ToEntry().Key = Text(ref reader);
                break;
            case Property.Value:
                Require(reader.TokenType == JsonTokenType.String);
                node.ToEntry().Value = values ? reader.GetBytesFromBase64() : [];
                break;
            case Property.Flags:
                node.ToEntry().Flags = reader.GetUInt64();
                break;
            case Property.Session:
                node.ToEntry().Session = Text(ref reader);
                break;
            case Property.CreateIndex:
                node.ToEntry().CreateIndex = reader.GetInt64();
                break;
            case Property.ModifyIndex:
                node.ToEntry().ModifyIndex = reader.GetInt64();
                break;
            case Property.OpIndex:
                node.Operation = reader.GetInt32();
                break;
            default:
                node.What = Text(ref reader);
                break;
        }

        _property = Property.Other;
    }

    private static Property PropertyOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("Key"u8) ? Property.Key
        : reader.ValueTextEquals("Value"u8) ? Property.Value
        : reader.ValueTextEquals("Flags"u8) ? Property.Flags
        : reader.ValueTextEquals("Session"u8) ? Property.Session
        : reader.ValueTextEquals("CreateIndex"u8) ? Property.CreateIndex
        : reader.ValueTextEquals("ModifyIndex"u8) ? Property.ModifyIndex
        : reader.ValueTextEquals("OpIndex"u8) ? Property.OpIndex
        : reader.ValueTextEquals("What"u8) ? Property.What
        : Property.Other;

    private static string Text(ref Utf8JsonReader reader)
    {
        Require(reader.TokenType == JsonTokenType.String);
        return reader.ValueIsEscaped ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan);
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new FormatException("A part of the reply has the wrong type.");
        }
    }

    private struct Node
    {
        public bool IsObject { get; init; }

        public ConsulEntry? Entry { get; private set; }

        public int Operation { get; set; }

        public string? What { get; set; }

        public ConsulEntry ToEntry() => Entry ??= new ConsulEntry();
    }
}
