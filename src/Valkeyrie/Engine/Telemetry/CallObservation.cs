namespace Valkeyrie.Engine.Telemetry;

/// <summary>Tells somebody of the calls that he makes himself, wherever they are carried out: what is observed is the flow of execution between <see cref="Enter"/> and
/// the end of its scope, and all that is started there.</summary>
public sealed class CallObservation : IDisposable
{
    private static readonly AsyncLocal<CallObservation?> Flow = new();
    private static int _open;

    private readonly Action<CallAttempt> _tell;
    private int _isClosed;

    /// <summary>Begins to observe. To be disposed of.</summary>
    /// <param name="tell">Called for each attempt, on any thread, also several at a time.</param>
    public CallObservation(Action<CallAttempt> tell)
    {
        _tell = tell;
        Interlocked.Increment(ref _open);
    }

    /// <summary>True while anybody observes anything.</summary>
    internal static bool IsAny => Volatile.Read(ref _open) > 0;

    /// <summary>Who observes the current flow; null for nobody.</summary>
    internal static CallObservation? Current => IsAny && Flow.Value is { _isClosed: 0 } current ? current : null;

    /// <summary>Has the current flow observed by somebody else, until what is returned is disposed of.</summary>
    /// <param name="observation">Who observes it; null for nobody.</param>
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

    /// <summary>Ends it. What still runs is observed no longer.</summary>
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

    /// <summary>A part of a flow that somebody observes.</summary>
    public readonly struct Scope : IDisposable
    {
        private readonly CallObservation? _previous;
        private readonly bool _isChanged;

        internal Scope(CallObservation? previous)
        {
            _previous = previous;
            _isChanged = true;
        }

        /// <summary>Gives the flow back to who observed it before.</summary>
        public void Dispose()
        {
            if (_isChanged)
            {
                Flow.Value = _previous;
            }
        }
    }
}
