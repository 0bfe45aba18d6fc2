using System.Text.Json;

namespace Valkeyrie.Etcd.V2;

/// <summary>Parses a reply as its bytes arrive, without an intermediate document: either its node, or all keys of a tree.</summary>
/// <param name="tree">The tree whose keys are requested; null for the node only.</param>
/// <param name="keysOnly">True to skip the values of the tree's keys.</param>
/// <param name="directories">True to also return directories: as keys that end with a slash, which no other key does.</param>
/// <param name="hideLocks">True to skip lock keys.</param>
internal sealed class ReplyParser(KeyTree? tree = null, bool keysOnly = false, bool directories = false, bool hideLocks = false)
{
    // Each directory nests twice; far deeper than any path in a request.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 1 << 20 };

    private readonly List<OpenNode> _open = new(capacity: 2);
    private JsonReaderState _state = new(Options);
    private Property _property;
    private Property _root;
    private int _skipDepth = -1;
    private bool _begun;

    private enum Property
    {
        Other,
        Action,
        Node,
        Previous,
        Key,
        Value,
        Directory,
        Children,
        Ttl,
        Expiration,
        ModifiedIndex,
        CreatedIndex,
    }

    /// <summary>True after the whole reply was read.</summary>
    public bool IsComplete { get; private set; }

    public string Action { get; private set; } = "";

    public KeysNode? Node { get; private set; }

    public KeysNode? Previous { get; private set; }

    /// <summary>The keys of the tree so far, in the order of the reply. The reader removes them.</summary>
    public List<KvPair> Pairs { get; } = [];

    /// <summary>The newest entry of the tree's top directory: in a sorted reply no later key precedes it. Initially null.</summary>
    public string? ReachedKey { get; private set; }

    /// <summary>Parses more bytes.</summary>
    /// <param name="bytes">The bytes after those consumed before.</param>
    /// <param name="final">True if no more bytes follow.</param>
    /// <returns>The number of consumed bytes. The rest, a part of a token, must be passed again with more bytes after it.</returns>
    /// <exception cref="KeysProtocolException">The bytes are not a reply of the keys API.</exception>
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
            throw new KeysProtocolException("its reply does not have the form of a reply about keys.", e);
        }

        if (final && !IsComplete)
        {
            throw new KeysProtocolException("its reply is truncated.");
        }

        _state = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }

    private void Token(ref Utf8JsonReader reader)
    {
        if (_skipDepth >= 0)
        {
            if (reader.CurrentDepth == _skipDepth && reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                _skipDepth = -1;
            }

            return;
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                _property = _open.Count == 0 ? TopProperty(ref reader) : NodeProperty(ref reader);
                break;
            case JsonTokenType.StartObject:
                BeginObject(reader.CurrentDepth);
                break;
            case JsonTokenType.EndObject:
                EndObject();
                break;
            case JsonTokenType.StartArray:
                BeginArray(reader.CurrentDepth);
                break;
            case JsonTokenType.EndArray:
                _open[^1].InChildren = false;
                break;
            default:
                Scalar(ref reader);
                break;
        }
    }

    private void BeginObject(int depth)
    {
        if (!_begun)
        {
            _begun = true;
        }
        else if (_open.Count == 0 && _property is Property.Node or Property.Previous)
        {
            _root = _property;
            _open.Add(new OpenNode());
        }
        else if (_open.Count > 0 && _open[^1].InChildren)
        {
            _open.Add(new OpenNode());
        }
        else
        {
            Skip(depth);
        }
    }

    private void BeginArray(int depth)
    {
        Require(_begun && (_open.Count == 0 || !_open[^1].InChildren));
        if (_open.Count > 0 && _property == Property.Children)
        {
            _open[^1].InChildren = true;
            _open[^1].Node.IsDirectory = true;
        }
        else
        {
            Skip(depth);
        }
    }

    private void Skip(int depth)
    {
        Require(_property == Property.Other);
        _skipDepth = depth;
    }

    private void EndObject()
    {
        if (_open.Count == 0)
        {
            IsComplete = true;
            return;
        }

        var ended = _open[^1];
        _open.RemoveAt(_open.Count - 1);
        if (_open.Count == 0)
        {
            if (_root == Property.Node)
            {
                Node = ended.Node;
            }
            else
            {
                Previous = ended.Node;
            }
        }

        if (tree is null || _root != Property.Node || ended.Key is null)
        {
            return;
        }

        if (hideLocks && ended.Node.IsLockKey(ended.Key))
        {
            return;
        }

        if (!ended.Node.IsDirectory)
        {
            Pairs.Add(ended.Node.ToPair(ended.Key, keysOnly));
        }
        else if (directories)
        {
            Pairs.Add(ended.Node.ToPair(ended.Key + KeyRules.Separator, keyOnly: true));
        }
    }

    private void Scalar(ref Utf8JsonReader reader)
    {
        Require(_begun && (_open.Count == 0 || !_open[^1].InChildren));
        if (_property == Property.Other || reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (_property == Property.Action)
        {
            Action = reader.GetString()!;
            return;
        }

        Require(_open.Count > 0);
        var open = _open[^1];
        switch (_property)
        {
            case Property.Key:
                ReadKey(ref reader, open);
                break;
            case Property.Value:
                Require(reader.TokenType == JsonTokenType.String);
                var value = Bytes(ref reader);
                open.Node.HasLockValue = LockMarker.Begins(value);
                open.Node.Value = keysOnly ? [] : value.ToArray();
                break;
            case Property.Directory:
                open.Node.IsDirectory = reader.GetBoolean();
                break;
            case Property.Ttl:
                open.Node.TtlSeconds = reader.GetInt64();
                break;
            case Property.Expiration:
                open.Node.Expires = true;
                break;
            case Property.ModifiedIndex:
                open.Node.ModifiedIndex = reader.GetInt64();
                break;
            case Property.CreatedIndex:
                open.Node.CreatedIndex = reader.GetInt64();
                break;
            default:
                Require(false);
                break;
        }
    }

    private void ReadKey(ref Utf8JsonReader reader, OpenNode open)
    {
        const int childOfRoot = 2;
        Require(reader.TokenType == JsonTokenType.String);
        if (tree is null)
        {
            open.Node.Path = reader.GetString()!;
            return;
        }

        open.Key = tree.KeyOf(Bytes(ref reader));
        if (_open.Count == childOfRoot && _root == Property.Node)
        {
            ReachedKey = open.Key ?? ReachedKey;
        }
    }

    private static Property TopProperty(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("action"u8) ? Property.Action
        : reader.ValueTextEquals("node"u8) ? Property.Node
        : reader.ValueTextEquals("prevNode"u8) ? Property.Previous
        : Property.Other;

    private static Property NodeProperty(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("key"u8) ? Property.Key
        : reader.ValueTextEquals("value"u8) ? Property.Value
        : reader.ValueTextEquals("modifiedIndex"u8) ? Property.ModifiedIndex
        : reader.ValueTextEquals("createdIndex"u8) ? Property.CreatedIndex
        : reader.ValueTextEquals("nodes"u8) ? Property.Children
        : reader.ValueTextEquals("dir"u8) ? Property.Directory
        : reader.ValueTextEquals("ttl"u8) ? Property.Ttl
        : reader.ValueTextEquals("expiration"u8) ? Property.Expiration
        : Property.Other;

    /// <summary>Returns a string's UTF-8 bytes, directly from the buffer if nothing is escaped.</summary>
    private static ReadOnlySpan<byte> Bytes(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan;
        }

        var text = new byte[reader.ValueSpan.Length];
        return text.AsSpan(0, reader.CopyString(text));
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new FormatException("A part of the reply has the wrong type.");
        }
    }

    private sealed class OpenNode
    {
        public KeysNode Node { get; } = new();

        /// <summary>The reader's form of a key in a tree.</summary>
        public string? Key { get; set; }

        public bool InChildren { get; set; }
    }
}
