namespace Valkeyrie.Bench.Measuring;

/// <summary>A row cannot be run here.</summary>
/// <param name="reason">The missing requirement.</param>
#pragma warning disable CA1032 // a reason is always given
internal sealed class WorkloadSkippedException(string reason) : Exception(reason);
#pragma warning restore CA1032
