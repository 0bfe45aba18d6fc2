namespace Valkeyrie.Bench.Measuring;

/// <summary>One row of the benchmark: a piece of work that several contenders do.</summary>
/// <param name="name">What the row is called on the command line.</param>
/// <param name="title">What is done, in words, for the report.</param>
/// <param name="unit">What is counted, such as "put".</param>
internal class Row(string name, string title, string unit)
{
    public string Name { get; } = name;

    public string Title { get; } = title;

    public string Unit { get; } = unit;
}

/// <summary>A row on a server.</summary>
internal abstract class Workload(string name, string title, string unit) : Row(name, title, unit)
{
    /// <summary>Lays out the data and gives those who take part; the first is the one that the others are compared with.</summary>
    public abstract Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena);
}

/// <summary>One way to do the work of a row.</summary>
/// <param name="Name">Who does it.</param>
/// <param name="RunAsync">Does it so many times. What only prepares a sample comes before a call of <see cref="Meter.Restart"/>.</param>
internal sealed record Contender(string Name, Func<long, Meter, Task> RunAsync)
{
    /// <summary>How many units one operation counts for, such as the keys of one listing.</summary>
    public long UnitsPerOperation { get; init; } = 1;

    /// <summary>How many operations make a sample; 0 (the default) to find out how many fill the sample time.</summary>
    public long FixedOperations { get; init; }

    /// <summary>How many samples of a fixed number of operations to run before the first that counts: until the code is compiled for good.</summary>
    public int WarmUps { get; init; } = 1;

    /// <summary>True if the work is done by processes of its own, whose processor time and allocations are not seen here.</summary>
    public bool OtherProcess { get; init; }
}
