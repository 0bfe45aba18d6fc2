namespace Valkeyrie.Etcd.Http2;

/// <summary>A header field of a request, prepared for encoding.</summary>
/// <param name="name">The name, in lower case.</param>
/// <param name="value">The value.</param>
/// <param name="indexing">Which side may index the field.</param>
internal sealed class HeaderField(string name, string value, HeaderIndexing indexing = HeaderIndexing.Table)
{
    public string Name { get; } = name;

    public string Value { get; } = value;

    public HeaderIndexing Indexing { get; } = indexing;

    /// <summary>The number of the whole field in the static table; 0 if it is not in the table.</summary>
    public int StaticIndex { get; } = HeaderTable.StaticIndexOf(name, value);

    /// <summary>The number of the name in the static table; 0 if it is not in the table.</summary>
    public int StaticNameIndex { get; } = HeaderTable.StaticIndexOf(name);

    public bool Is(HeaderField other) => ReferenceEquals(this, other) || (Value == other.Value && Name == other.Name);
}
