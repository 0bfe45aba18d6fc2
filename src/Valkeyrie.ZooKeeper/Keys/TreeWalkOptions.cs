namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>Options of a walk.</summary>
internal sealed record TreeWalkOptions
{
    /// <summary>True to omit the data.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>True to let any server answer from its own state.</summary>
    public bool Stale { get; init; }

    /// <summary>The path to start after; null for the beginning.</summary>
    public string? After { get; init; }

    /// <summary>The number of levels below the first.</summary>
    public int Depth { get; init; } = int.MaxValue;

    /// <summary>The beginning of names on the first level, regardless of case.</summary>
    public string NamePrefix { get; init; } = "";
}
