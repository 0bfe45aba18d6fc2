using System.Collections.Concurrent;
using System.Globalization;
using Valkeyrie.Engine.Telemetry;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Collects the calls of a command for -Verbose: each attempt with its endpoint and duration. Calls end on any thread, and are reported on the
/// pipeline's thread.</summary>
internal sealed class VerboseCalls : IDisposable
{
    // A lock that is held for days is renewed all the time, and nothing can be reported before the block ends.
    private const int MostWaiting = 100_000;

    private readonly ConcurrentQueue<CallAttempt> _ended = new();
    private readonly CallObservation _observation;
    private long _leftOut;

    /// <summary>Starts the observation.</summary>
    public VerboseCalls() => _observation = new CallObservation(Add);

    /// <summary>Observes the calls of the current flow until the returned object is disposed.</summary>
    /// <param name="calls">The collection of the command; null if it does not report calls.</param>
    public static CallObservation.Scope Enter(VerboseCalls? calls) => CallObservation.Enter(calls?._observation);

    /// <summary>Reports the calls that have ended since the last report.</summary>
    /// <param name="write">Writes a line.</param>
    public void Tell(Action<string> write)
    {
        while (_ended.TryDequeue(out var attempt))
        {
            write(TextOf(attempt));
        }

        if (Interlocked.Exchange(ref _leftOut, 0) is > 0 and var leftOut)
        {
            write($"{leftOut} more calls are not shown.");
        }
    }

    public void Dispose() => _observation.Dispose();

    private static string TextOf(in CallAttempt attempt)
    {
        var about = attempt.Key is null ? "" : $" '{attempt.Key}'";
        var time = attempt.Duration.TotalMilliseconds.ToString("0.0##", CultureInfo.InvariantCulture);
        var outcome = attempt.Error is null ? $"took {time} ms." : $"failed after {time} ms: {attempt.Error.Message}";
        return $"{attempt.Operation}{about} at {attempt.Endpoint}: attempt {attempt.Number} {outcome}";
    }

    private void Add(CallAttempt attempt)
    {
        if (_ended.Count < MostWaiting)
        {
            _ended.Enqueue(attempt);
        }
        else
        {
            Interlocked.Increment(ref _leftOut);
        }
    }
}
