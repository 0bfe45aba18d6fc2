namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>The allowed fields of a record: those that Export-KvTree writes, and those of pairs that PowerShell's own commands write. A record with
/// any other field comes from another program, whose Value can have an unknown encoding.</summary>
internal static class TreeFields
{
    private static readonly HashSet<string> Known = new(
        typeof(KvPair).GetProperties().Select(property => property.Name)
            .Concat([PairBytes.Field, "PSComputerName", "PSShowComputerName", "RunspaceId"]),
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Refuses an unknown field.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="FormatException">The field is unknown.</exception>
    public static void Check(string name)
    {
        if (!Known.Contains(name))
        {
            throw Foreign(name);
        }
    }

    /// <summary>True for an allowed field of a record.</summary>
    /// <param name="name">Its name.</param>
    public static bool IsKnown(string name) => Known.Contains(name);

    private static FormatException Foreign(string name) => new(name.ToUpperInvariant() switch
    {
        "FLAGS" or "LOCKINDEX" or "CREATEINDEX" or "MODIFYINDEX" or "SESSION" => Dump(name, "Consul", $"specify -Format {KvTreeFormat.ConsulJson}"),
        "HEADER" or "KVS" or "CREATE_REVISION" or "MOD_REVISION" or "LEASE" => Dump(name, "etcd", $"write it with 'etcdctl get --prefix -w json', and specify -Format {KvTreeFormat.EtcdJson}"),
        "NODE" or "ACTION" or "NODES" or "CREATEDINDEX" or "MODIFIEDINDEX" => Dump(name, "etcd's API version 2", "that format is not supported: connect to the server, and use Copy-KvTree"),
        _ => $"it has the field '{name}', which Export-KvTree does not write. A record contains {nameof(TreeRecord.Key)}, {nameof(TreeRecord.Value)} and optionally "
            + $"{nameof(TreeRecord.Encoding)}: remove the others. For a configuration file, specify -Format {KvTreeFormat.NestedJson}",
    });

    private static string Dump(string name, string program, string next) => $"it has the field '{name}', so the file looks like a dump of {program}: {next}";
}
