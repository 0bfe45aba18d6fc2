namespace Valkeyrie;

/// <summary>The leader of an election and the waiting contenders, at one moment.</summary>
/// <param name="Name">The election.</param>
/// <param name="Leader">The leader's key with its proclaimed value.</param>
/// <param name="Waiting">The keys of the other contenders with their values, in the order in which they will lead.</param>
public sealed record KvElection(string Name, KvPair Leader, IReadOnlyList<KvPair> Waiting) : IFormattable
{
    /// <summary>The leader's proclaimed value, as text.</summary>
    public string Value => Leader.Value;

    /// <summary>A number that grows with each leader; see <see cref="KvLeadership.FencingToken"/>.</summary>
    public long FencingToken => Leader.CreateRevision ?? 0;

    /// <summary>The name and the value.</summary>
    public override string ToString() => $"{Name}: {Value}";

    /// <summary>Formats a part of the election as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>name</c>; <c>value</c> for the leader's value in one line; <c>waiting</c> for the values of the waiting contenders in one line;
    /// null, empty or <c>G</c> for the unchanged text of <see cref="ToString()"/>.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => ToString(),
        "name" => VisibleText.Of(Name),
        "value" => Leader.ToString("value", null),
        "waiting" => string.Join(", ", Waiting.Select(w => w.ToString("value", null))),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of an election. Use name, value or waiting."),
    };
}
