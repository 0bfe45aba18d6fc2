namespace Valkeyrie.PowerShell.Errors;

/// <summary>Holds up whoever is about to tell of a failure while the process is being ended: a script whose lock or store has just been taken away for that
/// reason must not go on to its next line for the moment that it has left.</summary>
internal static class EndOfProcess
{
    // The process is gone long before; where somebody has caught the signal it goes on.
    private static readonly TimeSpan HoldTime = TimeSpan.FromSeconds(10);

    private static volatile bool isAnnounced;

    /// <summary>Says that the process has been asked to end.</summary>
    public static void Announce() => isAnnounced = true;

    /// <summary>Waits for the end of the process, if it has been asked to end.</summary>
    public static void HoldIfAnnounced()
    {
        if (isAnnounced)
        {
            Thread.Sleep(HoldTime);
            isAnnounced = false;
        }
    }
}
