using System.Runtime.InteropServices;

namespace Valkeyrie;

/// <summary>Releases locks and revokes leases when the process is asked to end, instead of leaving them to their time to live.</summary>
/// <remarks>From .NET 10 on, the runtime ends a process on such a signal without running its code; older runtimes may run handlers of
/// <see cref="AppDomain.ProcessExit"/>. This class works on all of them. It does not change the effect of the signal: the process ends as it would otherwise,
/// with the same exit code. A killed process cannot release anything.</remarks>
public static class KvTermination
{
    /// <summary>The default time for which the end of the process may wait for the stores: 4 seconds. Windows grants a closed console about five.</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(4);

    private static readonly PosixSignal[] Requests = [PosixSignal.SIGTERM, PosixSignal.SIGHUP];

    /// <summary>Closes a store when the process is asked to end: by SIGTERM, SIGHUP or SIGINT (Ctrl+C); on Windows by a closed console, a shutdown or Ctrl+C. A
    /// program that handles these signals itself disposes its stores in its handler instead.</summary>
    /// <param name="store">The store.</param>
    /// <param name="patience">The longest time for which the end of the process waits for the store. Default: <see cref="DefaultPatience"/>.</param>
    /// <returns>Dispose it to stop reacting to the signals.</returns>
    public static IDisposable CloseOnTermination(this IKvStore store, TimeSpan? patience = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        return On([.. Requests, PosixSignal.SIGINT], () => store.DisposeAsync().AsTask(), patience ?? DefaultPatience);
    }

    /// <summary>Runs a function when the process is asked to end by SIGTERM or SIGHUP; on Windows by a closed console or a shutdown.</summary>
    public static IDisposable OnRequest(Func<Task> giveUp, TimeSpan patience) => On(Requests, giveUp, patience);

    private static SignalHandlers On(IEnumerable<PosixSignal> signals, Func<Task> giveUp, TimeSpan patience) =>
        new([.. signals.Select(signal => PosixSignalRegistration.Create(signal, context => Handle(context, giveUp, patience)))]);

    private static void Handle(PosixSignalContext context, Func<Task> giveUp, TimeSpan patience)
    {
        // Another handler takes care of the end of the process, if it ends at all.
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
            // The rest ends with its time to live. Nothing may prevent the requested end of the process.
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
