using System.Collections;
using System.Management.Automation;
using Valkeyrie.PowerShell.Trees.Formats;

namespace Valkeyrie.PowerShell.Trees;

/// <summary>Recognizes an object that was read from a dump or an export. As a tree, it would become keys such as <c>header/cluster_id</c>.</summary>
internal static class ObjectShape
{
    /// <summary>Describes such an object, and how to import it; null for any other tree.</summary>
    /// <param name="tree">A hashtable, or an object of properties.</param>
    public static string? Foreign(object tree)
    {
        var names = (tree is PSObject { BaseObject: IDictionary wrapped } ? wrapped : tree) switch
        {
            IDictionary entries => entries.Keys.OfType<string>(),
            PSObject record => record.Properties.Where(property => property.MemberType == PSMemberTypes.NoteProperty).Select(property => property.Name),
            _ => Enumerable.Empty<string>(),
        };
        var own = new HashSet<string>(names, StringComparer.OrdinalIgnoreCase);
        if (own.Contains("kvs") && own.All(EtcdJsonFormat.Fields.Contains))
        {
            return "a dump of etcd. Save the dump to a file, and use Import-KvTree FILE -All -Format EtcdJson";
        }

        if (!own.Contains(nameof(KvPair.Key)) || !own.Contains(nameof(KvPair.Value)))
        {
            return null;
        }

        return own.Contains(ConsulJsonFormat.Mark)
            ? "a record of a dump of Consul. Save the dump to a file, and use Import-KvTree FILE -All -Format ConsulJson"
            : own.All(TreeFields.IsKnown)
                ? "a record of a pair, with Key and Value. Pipe records to Set-KvValue, or use Import-KvTree FILE DIRECTORY"
                : null;
    }
}
