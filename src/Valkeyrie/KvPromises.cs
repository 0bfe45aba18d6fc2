namespace Valkeyrie;

/// <summary>The promises of a kind of store beyond the contract. Known without a request to a server.</summary>
/// <remarks>Every kind of store provides them in <see cref="KvStoreInfo.Promises"/>, and the conformance suite checks each store against them. A program that
/// needs none of them runs unchanged on every store.</remarks>
public sealed record KvPromises
{
    /// <summary>True if a watch delivers every change in order; false if it can omit changes that were soon followed by another change of the same key. In both
    /// cases a watch reports when it falls behind the kept history.</summary>
    public required bool EveryChange { get; init; }

    /// <summary>True if a listing shows all keys at one revision, regardless of how long reading it takes.</summary>
    public required bool ListingAtOneRevision { get; init; }

    /// <summary>True if a descending listing (<see cref="KvListOptions.Descending"/>) needs no limit. Default: false.</summary>
    public bool DescendingListings { get; init; }

    /// <summary>True if a tree is removed in one atomic step. False if it takes several: others can then see a part of the tree, and an error can leave a
    /// part.</summary>
    public required bool TreesRemovedAtOnce { get; init; }

    /// <summary>True if older revisions can be read and replayed until they are compacted, and the store has <see cref="IKvHistory"/>.</summary>
    public required bool History { get; init; }

    /// <summary>True if the store has <see cref="IKvTransactions"/>.</summary>
    public required bool Transactions { get; init; }

    /// <summary>True if a condition of a transaction can cover all keys of a range; false if it must name one key.</summary>
    public required bool RangeConditions { get; init; }

    /// <summary>The maximum number of operations in one branch of a transaction; 0 if the store has no transactions.</summary>
    public required int LargestTransaction { get; init; }

    /// <summary>The server's setting that determines <see cref="LargestTransaction"/>, whose value holds for the default of the setting; null if the value is
    /// fixed.</summary>
    public string? LargestTransactionSetting { get; init; }

    /// <summary>True if the store has <see cref="IKvLeases"/>, and keeping a key alive does not change its revision.</summary>
    public required bool Leases { get; init; }

    /// <summary>True if the store has <see cref="IKvElections"/>. Default: false.</summary>
    public bool Elections { get; init; }

    /// <summary>True if pairs have <see cref="KvPair.Version"/>, and a put does not change the create revision.</summary>
    public required bool Versions { get; init; }

    /// <summary>True if waiting contenders get a lock in the order in which they asked for it.</summary>
    public required bool LocksInOrder { get; init; }

    /// <summary>True if a value may be any bytes; false if it must be UTF-8 text.</summary>
    public required bool BinaryValues { get; init; }

    /// <summary>True if keys are used exactly as written: <c>/a</c>, <c>a</c>, <c>a//b</c> and <c>a/../b</c> are different keys.</summary>
    public required bool KeysAsWritten { get; init; }

    /// <summary>True if a key can contain every character except NUL; false if the store refuses some, such as control characters and those above
    /// U+FFFF.</summary>
    public required bool KeysOfAnyText { get; init; }

    /// <summary>True if keys that are not UTF-8, which other programs may store, can be read and keep their bytes.</summary>
    public required bool KeysOfAnyBytes { get; init; }

    /// <summary>True if a key can have both a value and keys below it.</summary>
    public required bool ValuesOnDirectories { get; init; }

    /// <summary>True if a directory can exist without a key in it, and <see cref="KvPutOptions.Directory"/> creates one; false if a directory exists only as
    /// long as it contains a key, and the option has no effect.</summary>
    public required bool RealDirectories { get; init; }

    /// <summary>The shortest time to live of a key, in seconds. A shorter time is lengthened to it.</summary>
    public required int ShortestTtlSeconds { get; init; }

    /// <summary>The server's setting that determines <see cref="ShortestTtlSeconds"/>, whose value holds for the default of the setting; null if the value is
    /// fixed.</summary>
    public string? ShortestTtlSetting { get; init; }

    /// <summary>The size of the largest value in bytes. If the store limits whole requests, the key and the overhead of the request count too.</summary>
    public required long LargestValue { get; init; }

    /// <summary>The server's setting that determines <see cref="LargestValue"/>, whose value holds for the default of the setting; null if the value is
    /// fixed.</summary>
    public string? LargestValueSetting { get; init; }
}
