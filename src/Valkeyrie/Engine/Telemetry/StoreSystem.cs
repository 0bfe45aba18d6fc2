namespace Valkeyrie.Engine.Telemetry;

/// <summary>A kind of store, as traces and measurements name it.</summary>
/// <param name="Name">The value of <c>db.system.name</c>: one of OpenTelemetry's well-known names where there is one.</param>
public sealed record StoreSystem(string Name)
{
    /// <summary>True for a store that has no server: its endpoint is a file.</summary>
    public bool IsInProcess { get; init; }
}
