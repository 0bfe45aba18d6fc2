namespace Valkeyrie.Engine.Telemetry;

/// <summary>Reports the attempts of the calls in a flow of execution to an observer. The flow is the code between <see cref="Enter"/> and the end of its scope,
/// and everything started there.</summary>
public sealed class CallObservation : IDisposable
{
    private static readonly AsyncLocal<CallObservation?> Flow = new();
    private static int _open;

    private readonly Action<CallAttempt> _tell;
    private int _isClosed;

    /// <summary>Starts an observation. Dispose it to end it.</summary>
    /// <param name="tell">Called for each attempt, on any thread, possibly concurrently.</param>
    public CallObservation(Action<CallAttempt> tell)
    {
        _tell = tell;
        Interlocked.Increment(ref _open);
    }

    /// <summary>True while any observation is active.</summary>
    internal static bool IsAny => Volatile.Read(ref _open) > 0;

    /// <summary>The observation of the current flow; null for none.</summary>
    internal static CallObservation? Current => IsAny && Flow.Value is { _isClosed: 0 } current ? current : null;

    /// <summary>Assigns the current flow to another observation, until the returned scope is disposed.</summary>
    /// <param name="observation">The observation; null for none.</param>
    public static Scope Enter(CallObservation? observation)
    {
        if (!IsAny && observation is null)
        {
            return default;
        }

        var previous = Flow.Value;
        if (previous == observation)
        {
            return default;
        }

        Flow.Value = observation;
        return new Scope(previous);
    }

    /// <summary>Ends the observation, also for calls still under way.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            Interlocked.Decrement(ref _open);
        }
    }

    internal void Tell(in CallAttempt attempt)
    {
        if (Volatile.Read(ref _isClosed) == 0)
        {
            _tell(attempt);
        }
    }

    /// <summary>A part of a flow with its own observation.</summary>
    public readonly struct Scope : IDisposable
    {
        private readonly CallObservation? _previous;
        private readonly bool _isChanged;

        internal Scope(CallObservation? previous)
        {
            _previous = previous;
            _isChanged = true;
        }

        /// <summary>Restores the previous observation of the flow.</summary>
        public void Dispose()
        {
            if (_isChanged)
            {
                Flow.Value = _previous;
            }
        }
    }
}
