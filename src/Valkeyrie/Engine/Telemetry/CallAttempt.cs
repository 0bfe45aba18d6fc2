namespace Valkeyrie.Engine.Telemetry;

/// <summary>One attempt of a call to a store, which has ended.</summary>
/// <param name="Operation">The store's own name of the call: <c>Put</c>, <c>GET /v1/kv</c>.</param>
/// <param name="Key">The key, or the text of the range, that it is about; null for none.</param>
/// <param name="Endpoint">Who was asked: the endpoint's URL, or the file.</param>
/// <param name="Number">Which attempt of its call it is, from 1.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Error">Why it failed; null if it did not.</param>
public readonly record struct CallAttempt(string Operation, string? Key, string Endpoint, int Number, TimeSpan Duration, Exception? Error);
