namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>What of a range is wanted.</summary>
internal sealed record TreeWalkOptions
{
    /// <summary>True to leave the data out.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>True to take what a server knows.</summary>
    public bool Stale { get; init; }

    /// <summary>The path after which to begin; null for the beginning.</summary>
    public string? After { get; init; }

    /// <summary>How many levels below the first to go down.</summary>
    public int Depth { get; init; } = int.MaxValue;

    /// <summary>What names on the first level begin with, in any case.</summary>
    public string NamePrefix { get; init; } = "";
}
