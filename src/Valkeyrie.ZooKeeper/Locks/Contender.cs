using System.Globalization;

namespace Valkeyrie.ZooKeeper.Locks;

/// <summary>A node that stands in line for a lock.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Czxid">The transaction that made it, which grows with the line.</param>
internal readonly record struct Contender(string Path, long Czxid)
{
    private const int Digits = 10;

    /// <summary>The number that the server gave a node, by which the line is ordered; null for a node that is none of a lock.</summary>
    public static int? NumberOf(string name) =>
        name.Length > Digits && int.TryParse(name.AsSpan(name.Length - Digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
