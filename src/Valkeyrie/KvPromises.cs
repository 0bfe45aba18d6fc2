namespace Valkeyrie;

/// <summary>What a kind of store promises beyond the eleven calls, which mean the same on all of them. Known without asking a server.</summary>
/// <remarks>Every kind of store fills it in, for <see cref="KvStoreInfo.Promises"/>; the conformance suite holds each store to it. A program that
/// asks for none of this runs on every store unchanged.</remarks>
public sealed record KvPromises
{
    /// <summary>True if a watch delivers every change in order; false if it may leave changes out that were soon followed by another one of the same
    /// key. A watch that falls behind what the store keeps says so either way.</summary>
    public required bool EveryChange { get; init; }

    /// <summary>True if a listing shows all keys as they were at one revision, however long it takes to read.</summary>
    public required bool ListingAtOneRevision { get; init; }

    /// <summary>True if a listing in descending order (<see cref="KvListOptions.Descending"/>) needs no limit. Default: false.</summary>
    public bool DescendingListings { get; init; }

    /// <summary>True if a tree is removed in one step; false if it may take several, so that others see a part of it, and an error may leave a part.</summary>
    public required bool TreesRemovedAtOnce { get; init; }

    /// <summary>True if older revisions can be read and replayed until they are compacted, and <see cref="IKvHistory"/> is served.</summary>
    public required bool History { get; init; }

    /// <summary>True if <see cref="IKvTransactions"/> is served.</summary>
    public required bool Transactions { get; init; }

    /// <summary>True if a condition of a transaction may be about all keys of a range; false if it must name one key.</summary>
    public required bool RangeConditions { get; init; }

    /// <summary>The most operations in one branch of a transaction; 0 if there are no transactions.</summary>
    public required int LargestTransaction { get; init; }

    /// <summary>The server's setting that <see cref="LargestTransaction"/> follows, whose default it holds for; null if it is fixed.</summary>
    public string? LargestTransactionSetting { get; init; }

    /// <summary>True if <see cref="IKvLeases"/> is served, and keeping a key alive leaves its revision alone.</summary>
    public required bool Leases { get; init; }

    /// <summary>True if <see cref="IKvElections"/> is served. Default: false.</summary>
    public bool Elections { get; init; }

    /// <summary>True if a pair tells how often it was written (<see cref="KvPair.Version"/>), and a put leaves its create revision alone.</summary>
    public required bool Versions { get; init; }

    /// <summary>True if those who wait for a lock get it in the order in which they came.</summary>
    public required bool LocksInOrder { get; init; }

    /// <summary>True if a value may be any bytes; false if it must be UTF-8 text.</summary>
    public required bool BinaryValues { get; init; }

    /// <summary>True if keys are used as they are written: <c>/a</c>, <c>a</c>, <c>a//b</c> and <c>a/../b</c> are keys of their own.</summary>
    public required bool KeysAsWritten { get; init; }

    /// <summary>True if a key may hold every character but NUL; false if the store refuses some, such as control characters and those beyond U+FFFF.</summary>
    public required bool KeysOfAnyText { get; init; }

    /// <summary>True if keys that are not UTF-8, which other programs may store, are shown and keep their bytes.</summary>
    public required bool KeysOfAnyBytes { get; init; }

    /// <summary>True if a key can have a value and keys below it.</summary>
    public required bool ValuesOnDirectories { get; init; }

    /// <summary>True if a directory can be made without a key in it, which is what <see cref="KvPutOptions.Directory"/> asks for; false if a
    /// directory is there as long as a key lies in it, and the option changes nothing.</summary>
    public required bool RealDirectories { get; init; }

    /// <summary>The shortest time to live that a key gets, in seconds; a shorter one is lengthened to it.</summary>
    public required int ShortestTtlSeconds { get; init; }

    /// <summary>The server's setting that <see cref="ShortestTtlSeconds"/> follows, whose default it holds for; null if it is fixed.</summary>
    public string? ShortestTtlSetting { get; init; }

    /// <summary>The largest value in bytes. Where the store bounds whole requests, the key and what goes around it count, too.</summary>
    public required long LargestValue { get; init; }

    /// <summary>The server's setting that <see cref="LargestValue"/> follows, whose default it holds for; null if it is fixed.</summary>
    public string? LargestValueSetting { get; init; }
}
