namespace Valkeyrie.PowerShell;

/// <summary>The file formats of a tree.</summary>
public enum KvTreeFormat
{
    /// <summary>An array of objects with Key, Value and Encoding, one per line. The JSON of pairs from ConvertTo-Json can also be read.</summary>
    Json,

    /// <summary>A table with the columns Key, Value and Encoding.</summary>
    Csv,

    /// <summary>Objects with Key, Value and Encoding, one per line, without an array around them.</summary>
    JsonLines,

    /// <summary>A configuration in JSON: nested objects whose names are the parts of keys.</summary>
    NestedJson,

    /// <summary>A configuration in YAML.</summary>
    Yaml,

    /// <summary>A configuration as a PowerShell data file: a hashtable.</summary>
    PowerShellData,

    /// <summary>Lines of KEY=VALUE.</summary>
    KeyValue,

    /// <summary>The output of 'etcdctl get --prefix -w json'. Only for reading.</summary>
    EtcdJson,

    /// <summary>The output of 'consul kv export'. Only for reading.</summary>
    ConsulJson,
}
