using System.Runtime.InteropServices;

namespace Valkeyrie;

/// <summary>Gives up what a process holds (locks, keys and leases that it keeps alive) when the process is asked to end, instead of leaving it to its time to
/// live.</summary>
/// <remarks>A runtime from .NET 10 on ends a process for such a signal without running any of its code; an older one may run handlers of
/// <see cref="AppDomain.ProcessExit"/>. What is given up here is given up on all of them. The signal itself is left alone: the process ends as it would have ended,
/// with the same exit code. Nothing can be done about a process that is killed.</remarks>
public static class KvTermination
{
    /// <summary>How long the end of the process may wait for the stores: 4 seconds. Windows grants a console that is closed about five.</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(4);

    private static readonly PosixSignal[] Requests = [PosixSignal.SIGTERM, PosixSignal.SIGHUP];

    /// <summary>Closes a store when the process is asked to end: by SIGTERM, SIGHUP or SIGINT (Ctrl+C); on Windows when its console is closed, the system shuts
    /// down, or by Ctrl+C. For programs that do not handle these themselves; one that does disposes its stores there.</summary>
    /// <param name="store">The store.</param>
    /// <param name="patience">How long the end of the process may wait for a store that does not answer. Default: <see cref="DefaultPatience"/>.</param>
    /// <returns>Dispose it to leave the signals alone again.</returns>
    public static IDisposable CloseOnTermination(this IKvStore store, TimeSpan? patience = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        return On([.. Requests, PosixSignal.SIGINT], () => store.DisposeAsync().AsTask(), patience ?? DefaultPatience);
    }

    /// <summary>Does something when the process is asked to end by SIGTERM or SIGHUP; on Windows when its console is closed or the system shuts down.</summary>
    public static IDisposable OnRequest(Func<Task> giveUp, TimeSpan patience) => On(Requests, giveUp, patience);

    private static SignalHandlers On(IEnumerable<PosixSignal> signals, Func<Task> giveUp, TimeSpan patience) =>
        new([.. signals.Select(signal => PosixSignalRegistration.Create(signal, context => Handle(context, giveUp, patience)))]);

    private static void Handle(PosixSignalContext context, Func<Task> giveUp, TimeSpan patience)
    {
        // Somebody else sees to the end of the process, if it ends at all.
        if (context.Cancel)
        {
            return;
        }

        try
        {
            Task.Run(giveUp).Wait(patience);
        }
        catch (AggregateException)
        {
            // What could not be given up ends with its time to live. Nothing may keep the process from ending as requested.
        }
    }

    private sealed class SignalHandlers(IReadOnlyList<PosixSignalRegistration> registrations) : IDisposable
    {
        public void Dispose()
        {
            foreach (var registration in registrations)
            {
                registration.Dispose();
            }
        }
    }
}
