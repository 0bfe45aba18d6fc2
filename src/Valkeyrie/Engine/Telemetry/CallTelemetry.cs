using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Valkeyrie.Engine.Telemetry;

/// <summary>Traces, measures and observes calls to stores; see <see cref="KvTelemetry"/>. Without a listener a call costs a few comparisons and no
/// memory.</summary>
public static class CallTelemetry
{
    private static readonly string Version = typeof(CallTelemetry).Assembly.GetName().Version?.ToString(3) ?? "";

    private static readonly Meter Meter = new(KvTelemetry.MeterName, Version);

    internal static ActivitySource Source { get; } = new(KvTelemetry.SourceName, Version);

    internal static Histogram<double> Duration { get; } = Meter.CreateHistogram<double>(KvTelemetry.DurationName, "s", "Duration of database client operations.");

    /// <summary>True while any listener is active.</summary>
    public static bool IsObserved => Source.HasListeners() || Duration.Enabled || CallObservation.IsAny;

    /// <summary>Begins a call. Call it in the call's own flow, such as an asynchronous method: work that the call starts is traced as a part of it.</summary>
    /// <param name="system">The kind of store.</param>
    /// <param name="operation">The store's own name of the call. It contains no key.</param>
    /// <param name="key">The key of the call; null for none.</param>
    /// <returns>The call; null without a listener.</returns>
    public static ObservedCall? Begin(StoreSystem system, string operation, string? key) => IsObserved ? BeginObserved(system, operation, key) : null;

    private static ObservedCall? BeginObserved(StoreSystem system, string operation, string? key)
    {
        ArgumentNullException.ThrowIfNull(system);
        var observation = CallObservation.Current;
        var activity = Source.StartActivity(operation, system.IsInProcess ? ActivityKind.Internal : ActivityKind.Client);
        return observation is null && activity is null && !Duration.Enabled ? null : new ObservedCall(system, operation, key, activity, observation);
    }
}
