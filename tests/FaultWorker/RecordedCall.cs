using System.Globalization;

namespace Valkeyrie.Tests.Faults;

/// <summary>The operation of a recorded call on its register.</summary>
internal enum CallKind
{
    /// <summary>Reads the value, or finds none.</summary>
    Read,

    /// <summary>Writes a value unconditionally.</summary>
    Write,

    /// <summary>Removes the value and reports whether one existed.</summary>
    Delete,

    /// <summary>Writes a value if the register still has the expected one.</summary>
    Swap,
}

/// <summary>The outcome of a recorded call.</summary>
internal enum CallOutcome
{
    /// <summary>Unknown: the call is still in flight, its process ended meanwhile, or its failure leaves the effect open. The effect may have occurred, may
    /// occur later, or never.</summary>
    Unknown,

    /// <summary>The call was answered.</summary>
    Ok,

    /// <summary>The call provably reached no server.</summary>
    NotSent,

    /// <summary>The call failed with an unexpected error.</summary>
    Unexpected,
}

/// <summary>One call on one register: the operation, its times and its result. Values are unique, so a value identifies its write.</summary>
internal sealed record RecordedCall
{
    private const string None = "-";
    private const int Fields = 13;

    public required int Client { get; init; }

    /// <summary>The number of the call among those of its client.</summary>
    public required int Number { get; init; }

    public required CallKind Kind { get; init; }

    public required string Key { get; init; }

    /// <summary>The value of a write or a swap.</summary>
    public string? Value { get; init; }

    /// <summary>The expected value of a swap; null for none.</summary>
    public string? Expected { get; init; }

    /// <summary>Its start, in ticks of the machine's monotonic clock, which all processes share.</summary>
    public required long Start { get; init; }

    /// <summary>Its end; 0 if it did not end.</summary>
    public long End { get; init; }

    public CallOutcome Outcome { get; init; }

    /// <summary>The value that a read found; null for none.</summary>
    public string? Result { get; init; }

    /// <summary>True if a write was made, a delete removed a value, or a swap found the expected value.</summary>
    public bool Applied { get; init; }

    /// <summary>The revision that was written or read; 0 if the answer contains none.</summary>
    public long Revision { get; init; }

    /// <summary>The error of a failed call.</summary>
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

    /// <summary>Parses the output of <see cref="ToString"/>; null if the line is incomplete.</summary>
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
