using System.Globalization;

namespace Valkeyrie.ZooKeeper.Locks;

/// <summary>The node of a contender in a line.</summary>
/// <param name="Path">The path.</param>
/// <param name="Czxid">The transaction that created the node, which grows along the line.</param>
internal readonly record struct Contender(string Path, long Czxid)
{
    private const int Digits = 10;

    /// <summary>Returns the server's number of a node, which orders the line; null for a node that is not a contender's.</summary>
    public static int? NumberOf(string name) =>
        name.Length > Digits && int.TryParse(name.AsSpan(name.Length - Digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
