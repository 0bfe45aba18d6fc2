namespace Valkeyrie.PowerShell.Errors;

/// <summary>Delays the report of a failure while the process ends. A script whose lock or store was closed because the process ends
/// must not run its next line in the remaining time.</summary>
internal static class EndOfProcess
{
    // The process ends long before this time. If a handler has caught the signal, the script continues.
    private static readonly TimeSpan HoldTime = TimeSpan.FromSeconds(10);

    private static volatile bool isAnnounced;

    /// <summary>Records that the process was asked to end.</summary>
    public static void Announce() => isAnnounced = true;

    /// <summary>Waits for the end of the process if it was asked to end.</summary>
    public static void HoldIfAnnounced()
    {
        if (isAnnounced)
        {
            Thread.Sleep(HoldTime);
            isAnnounced = false;
        }
    }
}
