using System.Globalization;

namespace Valkeyrie.ZooKeeper.Members;

/// <summary>A member's report about itself, its answer to the command <c>srvr</c>.</summary>
/// <param name="Version">The version; empty if not reported.</param>
/// <param name="Zxid">The newest transaction known to the member; 0 if not reported.</param>
/// <param name="Mode">The role in the ensemble: <c>leader</c>, <c>follower</c>, <c>observer</c>, <c>standalone</c>; empty if not reported.</param>
internal sealed record MemberReport(string Version, long Zxid, string Mode)
{
    /// <summary>A member whose <c>4lw.commands.whitelist</c> lacks <c>srvr</c>.</summary>
    public static MemberReport Silent { get; } = new("", 0, "");

    /// <summary>The mode of a member that has lost its ensemble.</summary>
    public const string NoEnsemble = "none";

    /// <summary>Parses an answer; null if it is not from ZooKeeper.</summary>
    public static MemberReport? Parse(string text)
    {
        if (text.Contains("not in the whitelist", StringComparison.Ordinal))
        {
            return Silent;
        }

        if (text.StartsWith("This ZooKeeper instance is not currently serving requests", StringComparison.Ordinal))
        {
            return new("", 0, NoEnsemble);
        }

        var version = "";
        var mode = "";
        long zxid = 0;
        foreach (var line in text.Split('\n'))
        {
            var (name, value) = line.IndexOf(':', StringComparison.Ordinal) is > 0 and var at ? (line[..at], line[(at + 1)..].Trim()) : (line, "");
            switch (name)
            {
                case "Zookeeper version":
                    version = value.Split('-', ',')[0];
                    break;
                case "Mode":
                    mode = value;
                    break;
                case "Zxid" when value.StartsWith("0x", StringComparison.Ordinal):
                    _ = long.TryParse(value.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out zxid);
                    break;
            }
        }

        return version.Length > 0 ? new(version, zxid, mode) : null;
    }
}
