namespace Valkeyrie;

/// <summary>The kind of a <see cref="KvEvent"/>.</summary>
public enum KvEventType
{
    /// <summary>An existing pair, when the watch begins or after a <see cref="Resync"/>.</summary>
    Existing,

    /// <summary>The key was written.</summary>
    Put,

    /// <summary>The key was removed, by a call or because its lease ended.</summary>
    Delete,

    /// <summary>Changes were lost, because of compaction or because the store has another history. Discard your state of the range; <see cref="Existing"/>
    /// events with all current pairs follow. Only with <see cref="KvWatchOptions.Resynchronize"/>. The key is the watched path.</summary>
    Resync,

    /// <summary>The store cannot be followed at the moment; <see cref="KvEvent.Error"/> states why. The watch continues automatically. Only with
    /// <see cref="KvWatchOptions.Outages"/>. The key is the watched path; the revision is the last one up to which no change is missing.</summary>
    Outage,

    /// <summary>The end of an <see cref="Outage"/>: the watch continues. No change is missing unless a <see cref="Resync"/> follows. The key is the watched
    /// path.</summary>
    Resumed,

    /// <summary>The listing is complete as of this event's revision, or a later one if the store does not list at one revision; changes follow. Only with
    /// <see cref="KvWatchOptions.ListingEnds"/>. The key is the watched path.</summary>
    Listed,
}

/// <summary>A change that a watch delivers. Immutable.</summary>
public sealed class KvEvent : IFormattable
{
    /// <summary>The kind of change.</summary>
    public required KvEventType Type { get; init; }

    /// <summary>The pair after the change. For a delete it has the key and the revision of the delete, and no value.</summary>
    public required KvPair Pair { get; init; }

    /// <summary>The pair before the change; null if the key did not exist, if <see cref="KvWatchOptions.PreviousValue"/> is false, or if the store has already
    /// compacted it.</summary>
    public KvPair? Previous { get; init; }

    /// <summary>The reason why the store cannot be followed; null except for <see cref="KvEventType.Outage"/>.</summary>
    public KvException? Error { get; init; }

    /// <summary>The key.</summary>
    public string Key => Pair.Key;

    /// <summary>The value as text; see <see cref="KvPair.Value"/>.</summary>
    public string Value => Pair.Value;

    /// <summary>The encoding of <see cref="Value"/>; see <see cref="KvPair.Encoding"/>.</summary>
    public string? Encoding => Pair.Encoding;

    /// <summary>The store's revision of this change.</summary>
    public long Revision => Pair.Revision;

    /// <summary>The value before the change as text; null if <see cref="Previous"/> is null.</summary>
    public string? PreviousValue => Previous?.Value;

    /// <summary>Converts an event to the bytes of its value.</summary>
    /// <param name="change">The event; null is converted to null.</param>
    public static explicit operator byte[]?(KvEvent? change) => change?.GetBytes();

    /// <summary>Gets the value's bytes; see <see cref="KvPair.GetBytes"/>.</summary>
    public byte[] GetBytes() => Pair.GetBytes();

    /// <summary>The type, the key and the revision.</summary>
    public override string ToString() => $"{Type} {Key} @{Revision}";

    /// <summary>Formats a part of the event as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>key</c>; <c>value</c> and <c>lines</c> as for a pair, or the message of <see cref="Error"/> if it is set; <c>previous</c> for
    /// the value before the change with its line ends, empty if <see cref="Previous"/> is null; null, empty or <c>G</c> for the unchanged text of
    /// <see cref="ToString()"/>.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => ToString(),
        "key" => VisibleText.Of(Key),
        "value" or "lines" => Error is null ? Pair.ToString(format, formatProvider) : VisibleText.Of(Error.Message),
        "previous" => Previous?.ToString("lines", formatProvider) ?? "",
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of an event. Use key, value, lines or previous."),
    };
}
