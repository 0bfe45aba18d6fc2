namespace Valkeyrie;

/// <summary>Options of a measurement.</summary>
public sealed record KvMeasureOptions
{
    /// <summary>The maximum number of calls of each kind, from 1 to 1,000,000. Default: 1000.</summary>
    public int Count { get; init; } = 1000;

    /// <summary>The longest duration of the calls of each kind, above zero, at most <see cref="KvStoreOptions.LongestTimeout"/>. Default: 10 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The size of each value in bytes, from 0. Default: 256.</summary>
    public int ValueSize { get; init; } = 256;

    /// <summary>The number of concurrent calls, from 1 to 4096. Default: 1, which shows the latency of an idle store.</summary>
    public int CallsAtOnce { get; init; } = 1;

    /// <summary>The parent of the scratch directory. Default: null, the top of the store.</summary>
    public string? Directory { get; init; }

    /// <summary>Called after each call, on any thread, with the number of calls of both kinds so far. Default: null, no callback.</summary>
    public Action<int>? Progress { get; init; }

    internal void Check()
    {
        Require(Count is >= 1 and <= KvMeasurement.MostCalls, nameof(Count), $"from 1 to {KvMeasurement.MostCalls}", Count);
        Require(Timeout > TimeSpan.Zero && Timeout <= KvStoreOptions.LongestTimeout, nameof(Timeout), $"greater than zero and at most {KvStoreOptions.LongestTimeout}", Timeout);
        Require(ValueSize >= 0, nameof(ValueSize), "0 or more bytes", ValueSize);
        Require(CallsAtOnce is >= 1 and <= KvMeasurement.MostAtOnce, nameof(CallsAtOnce), $"from 1 to {KvMeasurement.MostAtOnce}", CallsAtOnce);
        if (Directory is not null)
        {
            KeyRules.Check(Directory, "directory");
        }
    }

    private static void Require(bool holds, string name, string allowed, object value)
    {
        if (!holds)
        {
            throw new KvInvalidArgumentException($"{name} must be {allowed}; it is {value}.") { ParamName = name };
        }
    }
}
