namespace Valkeyrie.Embedded.Storage;

/// <summary>The position of a change in the store's history as one number: its revision, and its index within the revision. Positions order all changes, and
/// are the row ids of the changes.</summary>
/// <remarks>24 bits for the index leave 39 for the revision: 16,777,216 changes in one transaction, and 549,755,813,887 transactions.</remarks>
internal static class Position
{
    /// <summary>The maximum number of changes in one transaction.</summary>
    public const long MaxChanges = 1L << TurnBits;

    /// <summary>The revision of a new store without a write, as in etcd.</summary>
    public const long FirstRevision = 1;

    /// <summary>The largest revision that a position can represent.</summary>
    public const long LargestRevision = long.MaxValue >> TurnBits;

    private const int TurnBits = 24;

    public static long FirstOf(long revision) => revision << TurnBits;

    public static long LastOf(long revision) => FirstOf(revision + 1) - 1;

    public static long RevisionOf(long position) => position >> TurnBits;

    /// <summary>Checks whether the position is that of the first change of its revision.</summary>
    public static bool IsFirst(long position) => (position & (MaxChanges - 1)) == 0;
}
