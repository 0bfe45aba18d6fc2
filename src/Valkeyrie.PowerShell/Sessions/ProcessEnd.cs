using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>Closes the open stores when the process ends or is asked to end, so other clients do not have to wait for its locks.</summary>
internal static class ProcessEnd
{
    private static IDisposable? signals;

    /// <summary>Starts waiting for the end of the process. Further calls have no effect.</summary>
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
            // A lock that could not be released ends with its time to live.
        }
    }
}
