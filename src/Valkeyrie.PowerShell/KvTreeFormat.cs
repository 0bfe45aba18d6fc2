namespace Valkeyrie.PowerShell;

/// <summary>The kinds of file that a tree is written to and read from.</summary>
public enum KvTreeFormat
{
    /// <summary>An array of objects with Key, Value and Encoding, one a line. What ConvertTo-Json writes of pairs is read as well.</summary>
    Json,

    /// <summary>A table with the columns Key, Value and Encoding.</summary>
    Csv,

    /// <summary>Objects with Key, Value and Encoding, one a line, without an array around them.</summary>
    JsonLines,

    /// <summary>A configuration in JSON: objects within objects, of which the names are the parts of keys.</summary>
    NestedJson,

    /// <summary>A configuration in YAML.</summary>
    Yaml,

    /// <summary>A configuration as a PowerShell data file: a hashtable.</summary>
    PowerShellData,

    /// <summary>Lines of KEY=VALUE.</summary>
    KeyValue,

    /// <summary>What 'etcdctl get --prefix -w json' writes. Read only.</summary>
    EtcdJson,

    /// <summary>What 'consul kv export' writes. Read only.</summary>
    ConsulJson,
}
