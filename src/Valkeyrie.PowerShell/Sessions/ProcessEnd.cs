using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>Closes the open stores when the process ends or is asked to end, so that nobody has to wait for what it held.</summary>
internal static class ProcessEnd
{
    private static IDisposable? signals;

    /// <summary>Begins to wait for the end of the process. Again does nothing.</summary>
    public static void Await()
    {
        if (signals is not null)
        {
            return;
        }

        signals = KvTermination.OnRequest(
            () =>
            {
                EndOfProcess.Announce();
                return OpenStores.CloseAll();
            },
            KvTermination.DefaultPatience);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => CloseAtExit();
    }

    private static void CloseAtExit()
    {
        try
        {
            OpenStores.CloseAll().Wait(KvTermination.DefaultPatience);
        }
        catch (AggregateException)
        {
            // What could not be given up ends with its time to live.
        }
    }
}
