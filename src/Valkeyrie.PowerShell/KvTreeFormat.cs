namespace Valkeyrie.PowerShell;

/// <summary>The kinds of file that a tree is written to.</summary>
public enum KvTreeFormat
{
    /// <summary>An array of objects with Key, Value and Encoding, one a line.</summary>
    Json,

    /// <summary>A table with the columns Key, Value and Encoding.</summary>
    Csv,
}
