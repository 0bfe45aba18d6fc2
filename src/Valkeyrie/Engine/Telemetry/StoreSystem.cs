namespace Valkeyrie.Engine.Telemetry;

/// <summary>A kind of store, for traces and measurements.</summary>
/// <param name="Name">The value of <c>db.system.name</c>: OpenTelemetry's well-known name, if it defines one.</param>
public sealed record StoreSystem(string Name)
{
    /// <summary>True for a store without a server, whose endpoint is a file.</summary>
    public bool IsInProcess { get; init; }
}
