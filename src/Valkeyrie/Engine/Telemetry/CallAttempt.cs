namespace Valkeyrie.Engine.Telemetry;

/// <summary>A completed attempt of a call to a store.</summary>
/// <param name="Operation">The store's own name of the call: <c>Put</c>, <c>GET /v1/kv</c>.</param>
/// <param name="Key">The key or the text of the range; null for none.</param>
/// <param name="Endpoint">The endpoint's URL, or the file.</param>
/// <param name="Number">The number of the attempt within its call, from 1.</param>
/// <param name="Duration">The duration.</param>
/// <param name="Error">The failure; null for a success.</param>
public readonly record struct CallAttempt(string Operation, string? Key, string Endpoint, int Number, TimeSpan Duration, Exception? Error);
