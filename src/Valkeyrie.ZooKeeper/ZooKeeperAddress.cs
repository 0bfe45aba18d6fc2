using System.Globalization;
using Valkeyrie.ZooKeeper.Keys;
using Valkeyrie.ZooKeeper.Net;

namespace Valkeyrie.ZooKeeper;

/// <summary>The content of an address after its scheme.</summary>
/// <param name="Endpoints">The members.</param>
/// <param name="Chroot">The path of the node that contains all keys; empty for the root.</param>
/// <param name="IsCreatorOnly">True if only the creator of a node has access to it.</param>
internal sealed record ZooKeeperAddress(IReadOnlyList<Endpoint> Endpoints, string Chroot, bool IsCreatorOnly)
{
    private const int DefaultPort = 2181;
    private const string AccessOption = "access=";

    /// <exception cref="KvInvalidArgumentException">The address is not valid.</exception>
    public static ZooKeeperAddress Parse(string text)
    {
        var (rest, query) = Divide(text, '?');
        var (hosts, chroot) = Divide(rest, '/');
        var endpoints = hosts.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ParseEndpoint).Distinct().ToList();
        if (endpoints.Count == 0)
        {
            throw new KvInvalidArgumentException("The address names no endpoint. Specify one such as 'zookeeper://localhost:2181'.");
        }

        var root = chroot.Trim('/');
        if (root.Length > 0)
        {
            NodePaths.CheckParts(root, root, "path in the address");
        }

        return new(endpoints, root.Length > 0 ? "/" + root : "", IsCreator(query));
    }

    private static (string Before, string After) Divide(string text, char separator) =>
        text.IndexOf(separator, StringComparison.Ordinal) is >= 0 and var at ? (text[..at], text[(at + 1)..]) : (text, "");

    private static bool IsCreator(string query)
    {
        var isCreator = false;
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            isCreator = !part.StartsWith(AccessOption, StringComparison.Ordinal)
                ? throw new KvInvalidArgumentException($"The address contains '{part}' after its question mark. An address of ZooKeeper can contain access=open or access=creator there.")
                : part[AccessOption.Length..] switch
                {
                    "open" => false,
                    "creator" => true,
                    var other => throw new KvInvalidArgumentException($"'{other}' is not a value for access. Use open or creator."),
                };
        }

        return isCreator;
    }

    private static Endpoint ParseEndpoint(string text)
    {
        var at = text.LastIndexOf(':');
        var hasPort = at > text.LastIndexOf(']') && (text[0] == '[' || text.IndexOf(':', StringComparison.Ordinal) == at);
        var host = (hasPort ? text[..at] : text).Trim('[', ']');
        var port = DefaultPort;
        return host.Length > 0
            && Uri.CheckHostName(host) != UriHostNameType.Unknown
            && (!hasPort || (int.TryParse(text[(at + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= ushort.MaxValue))
            ? new Endpoint(host, port)
            : throw new KvInvalidArgumentException($"'{text}' is not an endpoint. Specify host, host:port or [ipv6]:port.");
    }
}
