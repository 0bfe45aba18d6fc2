namespace Valkeyrie.PowerShell.Sessions;

/// <summary>Closes the open stores when the process ends or is asked to end, so that nobody has to wait for what it held.</summary>
internal static class ProcessEnd
{
    // The process is gone long before; where somebody has caught the signal it goes on.
    private static readonly TimeSpan HoldTime = TimeSpan.FromSeconds(10);

    private static IDisposable? signals;
    private static volatile bool isEnding;

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
                isEnding = true;
                return OpenStores.CloseAll();
            },
            KvTermination.DefaultPatience);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => CloseAtExit();
    }

    /// <summary>Holds up whoever is about to tell of a failure while the process is being ended: a script whose lock or store has just been taken away for that
    /// reason must not go on to its next line for the moment that it has left.</summary>
    public static void HoldIfEnding()
    {
        if (isEnding)
        {
            Thread.Sleep(HoldTime);
            isEnding = false;
        }
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
