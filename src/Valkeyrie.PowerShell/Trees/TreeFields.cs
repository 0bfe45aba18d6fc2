namespace Valkeyrie.PowerShell.Trees;

/// <summary>Which fields a record may have: those that Export-KvTree writes, and those that pairs have when PowerShell's own commands write them. A record with
/// any other field is of another program's file, whose Value may be written in a way that nobody here knows.</summary>
internal static class TreeFields
{
    private static readonly HashSet<string> Known = new(
        typeof(KvPair).GetProperties().Select(property => property.Name)
            .Concat([nameof(TreeRecord.Encoding), "PSComputerName", "PSShowComputerName", "RunspaceId"]),
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Refuses a field that is not ours.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="FormatException">It is not.</exception>
    public static void Check(string name)
    {
        if (!Known.Contains(name))
        {
            throw Foreign(name);
        }
    }

    /// <summary>The error of a field that is not ours.</summary>
    /// <param name="name">Its name.</param>
    public static FormatException Foreign(string name) => new(name.ToUpperInvariant() switch
    {
        "FLAGS" or "LOCKINDEX" or "CREATEINDEX" or "MODIFYINDEX" or "SESSION" => Dump(name, "Consul ('consul kv export', or its HTTP API)"),
        "HEADER" or "KVS" or "CREATE_REVISION" or "MOD_REVISION" or "LEASE" => Dump(name, "etcd ('etcdctl get --write-out=json')"),
        "NODE" or "ACTION" or "NODES" or "CREATEDINDEX" or "MODIFIEDINDEX" => Dump(name, "etcd's API version 2"),
        _ => $"it has the field '{name}', which Export-KvTree does not write. A record holds {nameof(TreeRecord.Key)}, {nameof(TreeRecord.Value)} and perhaps "
            + $"{nameof(TreeRecord.Encoding)}: remove the others",
    });

    private static string Dump(string name, string program) =>
        $"it has the field '{name}', so the file looks like a dump of {program}, whose format is not supported";
}
