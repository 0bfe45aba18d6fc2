namespace Valkeyrie;

/// <summary>The kind of a <see cref="KvElectionEvent"/>.</summary>
public enum KvElectionEventType
{
    /// <summary>A leader was elected, or already led when the watch began.</summary>
    Elected,

    /// <summary>The leader has proclaimed a new value.</summary>
    Proclaimed,

    /// <summary>The election has no contender.</summary>
    Vacant,

    /// <summary>The store cannot be followed at the moment, so the leader is not known; <see cref="KvElectionEvent.Error"/> states why. The watch continues
    /// automatically.</summary>
    Outage,

    /// <summary>The end of an <see cref="Outage"/>. The changes made during it follow.</summary>
    Resumed,
}

/// <summary>A change in an election. Immutable.</summary>
/// <param name="Type">The kind of change.</param>
/// <param name="Name">The election.</param>
public sealed record KvElectionEvent(KvElectionEventType Type, string Name) : IFormattable
{
    /// <summary>The leader's key with its value; null except for <see cref="KvElectionEventType.Elected"/> and
    /// <see cref="KvElectionEventType.Proclaimed"/>.</summary>
    public KvPair? Leader { get; init; }

    /// <summary>The leader's value as text; null if there is no leader.</summary>
    public string? Value => Leader?.Value;

    /// <summary>A number that grows with each leader; 0 if there is no leader.</summary>
    public long FencingToken => Leader?.CreateRevision ?? 0;

    /// <summary>The number of waiting contenders.</summary>
    public int Waiting { get; init; }

    /// <summary>The store's revision of this change.</summary>
    public long Revision { get; init; }

    /// <summary>The reason why the store cannot be followed; null except for <see cref="KvElectionEventType.Outage"/>.</summary>
    public KvException? Error { get; init; }

    /// <summary>The type, the name and the value.</summary>
    public override string ToString() => Leader is null ? $"{Type} {Name}" : $"{Type} {Name}: {Value}";

    /// <summary>Formats a part of the event as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>name</c>; <c>value</c> for the leader's value in one line; null, empty or <c>G</c> for the unchanged text of
    /// <see cref="ToString()"/>.</param>
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
