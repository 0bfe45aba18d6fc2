namespace Valkeyrie.Bench.Measuring;

/// <summary>One row of the benchmark: work that several contenders do.</summary>
/// <param name="name">The name of the row on the command line.</param>
/// <param name="title">The work in words, for the report.</param>
/// <param name="unit">The counted unit, such as "put".</param>
internal class Row(string name, string title, string unit)
{
    public string Name { get; } = name;

    public string Title { get; } = title;

    public string Unit { get; } = unit;
}

/// <summary>A row on a server.</summary>
internal abstract class Workload(string name, string title, string unit) : Row(name, title, unit)
{
    /// <summary>Writes the data and returns the contenders. The others are compared to the first one.</summary>
    public abstract Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena);
}

/// <summary>One way to do the work of a row.</summary>
/// <param name="Name">The name of the contender.</param>
/// <param name="RunAsync">Does the work a number of times. Preparation of a sample precedes a call of <see cref="Meter.Restart"/>.</param>
internal sealed record Contender(string Name, Func<long, Meter, Task> RunAsync)
{
    /// <summary>The number of units per operation, such as the keys of one listing.</summary>
    public long UnitsPerOperation { get; init; } = 1;

    /// <summary>The number of operations per sample; 0 (the default) to determine how many fill the sample time.</summary>
    public long FixedOperations { get; init; }

    /// <summary>The number of uncounted samples with a fixed number of operations, until the code is compiled completely.</summary>
    public int WarmUps { get; init; } = 1;

    /// <summary>True if other processes do the work, whose allocations are not measured here, nor their processor time without
    /// <see cref="MeasuresChildren"/>.</summary>
    public bool OtherProcess { get; init; }

    /// <summary>True if the whole life of child processes is the work, so their processor time counts.</summary>
    public bool MeasuresChildren { get; init; }
}
