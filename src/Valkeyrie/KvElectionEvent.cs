namespace Valkeyrie;

/// <summary>What a <see cref="KvElectionEvent"/> tells.</summary>
public enum KvElectionEventType
{
    /// <summary>There is a leader: it has just been elected, or led already when the watch began.</summary>
    Elected,

    /// <summary>The leader has proclaimed a new value.</summary>
    Proclaimed,

    /// <summary>Nobody leads, and nobody waits.</summary>
    Vacant,

    /// <summary>The store cannot be followed for now, so that nobody knows who leads: <see cref="KvElectionEvent.Error"/> says why. The watch goes on by itself.</summary>
    Outage,

    /// <summary>The end of what <see cref="Outage"/> began. What changed meanwhile follows.</summary>
    Resumed,
}

/// <summary>A change in an election. Immutable.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Name">The election.</param>
public sealed record KvElectionEvent(KvElectionEventType Type, string Name) : IFormattable
{
    /// <summary>The leader's key with its value; null but for <see cref="KvElectionEventType.Elected"/> and <see cref="KvElectionEventType.Proclaimed"/>.</summary>
    public KvPair? Leader { get; init; }

    /// <summary>The leader's value as text; null if there is no leader.</summary>
    public string? Value => Leader?.Value;

    /// <summary>A number that is higher for each later leader; 0 if there is no leader.</summary>
    public long FencingToken => Leader?.CreateRevision ?? 0;

    /// <summary>How many wait to lead.</summary>
    public int Waiting { get; init; }

    /// <summary>The store's revision at which this was so.</summary>
    public long Revision { get; init; }

    /// <summary>Why the store cannot be followed; null but for <see cref="KvElectionEventType.Outage"/>.</summary>
    public KvException? Error { get; init; }

    /// <summary>Type, name and value.</summary>
    public override string ToString() => Leader is null ? $"{Type} {Name}" : $"{Type} {Name}: {Value}";

    /// <summary>Formats a part of the event as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>name</c>; <c>value</c> for the leader's value in one line; null, empty or <c>G</c> for all in words, as it is.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => ToString(),
        "name" => VisibleText.Of(Name),
        "value" => Leader?.ToString("value", null) ?? VisibleText.Of(Error?.Message),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of an election's event. Use name or value."),
    };
}
