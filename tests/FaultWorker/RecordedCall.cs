using System.Globalization;

namespace Valkeyrie.Tests.Faults;

/// <summary>What a recorded call does to its register.</summary>
internal enum CallKind
{
    /// <summary>Reads the value, or that there is none.</summary>
    Read,

    /// <summary>Writes a value, whatever was there.</summary>
    Write,

    /// <summary>Removes the value; tells whether there was one.</summary>
    Delete,

    /// <summary>Writes a value only where the register still holds the expected one.</summary>
    Swap,
}

/// <summary>How a recorded call ended.</summary>
internal enum CallOutcome
{
    /// <summary>It is still under way, or its process ended meanwhile, or it failed so that nobody knows: it may have had its effect, or may have
    /// it later, or never.</summary>
    Unknown,

    /// <summary>It was answered.</summary>
    Ok,

    /// <summary>It provably reached no server.</summary>
    NotSent,

    /// <summary>It failed as no call may.</summary>
    Unexpected,
}

/// <summary>One call on one register: what was asked, when, and what came of it. Values are unique, so a value tells which write made it.</summary>
internal sealed record RecordedCall
{
    private const string None = "-";
    private const int Fields = 13;

    public required int Client { get; init; }

    /// <summary>The number of the call among those of its client.</summary>
    public required int Number { get; init; }

    public required CallKind Kind { get; init; }

    public required string Key { get; init; }

    /// <summary>What a write or a swap writes.</summary>
    public string? Value { get; init; }

    /// <summary>What a swap expects to find; null: nothing.</summary>
    public string? Expected { get; init; }

    /// <summary>When it was made, in ticks of the machine's monotonic clock, which all processes share.</summary>
    public required long Start { get; init; }

    /// <summary>When it ended; 0 where it did not.</summary>
    public long End { get; init; }

    public CallOutcome Outcome { get; init; }

    /// <summary>What a read found; null: nothing.</summary>
    public string? Result { get; init; }

    /// <summary>Whether a write was made, a delete removed something, a swap found what it expected.</summary>
    public bool Applied { get; init; }

    /// <summary>The revision written or read; 0 where the answer names none.</summary>
    public long Revision { get; init; }

    /// <summary>What it failed with.</summary>
    public string? Error { get; init; }

    public override string ToString() => string.Join(
        '\t',
        Client.ToString(CultureInfo.InvariantCulture),
        Number.ToString(CultureInfo.InvariantCulture),
        Kind.ToString(),
        Key,
        Value ?? None,
        Expected ?? None,
        Start.ToString(CultureInfo.InvariantCulture),
        End.ToString(CultureInfo.InvariantCulture),
        Outcome.ToString(),
        Result ?? None,
        Applied ? "yes" : "no",
        Revision.ToString(CultureInfo.InvariantCulture),
        Error?.ReplaceLineEndings(" ").Replace('\t', ' ') ?? None);

    /// <summary>Reads what <see cref="ToString"/> wrote; null if the line is cut short.</summary>
    public static RecordedCall? Parse(string line)
    {
        var fields = line.Split('\t');
        return fields.Length < Fields ? null : new RecordedCall
        {
            Client = int.Parse(fields[0], CultureInfo.InvariantCulture),
            Number = int.Parse(fields[1], CultureInfo.InvariantCulture),
            Kind = Enum.Parse<CallKind>(fields[2]),
            Key = fields[3],
            Value = Text(fields[4]),
            Expected = Text(fields[5]),
            Start = long.Parse(fields[6], CultureInfo.InvariantCulture),
            End = long.Parse(fields[7], CultureInfo.InvariantCulture),
            Outcome = Enum.Parse<CallOutcome>(fields[8]),
            Result = Text(fields[9]),
            Applied = fields[10] == "yes",
            Revision = long.Parse(fields[11], CultureInfo.InvariantCulture),
            Error = Text(fields[12]),
        };
    }

    private static string? Text(string field) => field == None ? null : field;
}
