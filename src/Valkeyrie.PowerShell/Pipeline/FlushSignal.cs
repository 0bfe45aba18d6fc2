namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Asks the later commands of a pipeline to flush: the watch at its beginning has no more events at the moment, so they must complete their calls in
/// flight. The commands of one pipeline run on one thread, one inside the other.</summary>
internal static class FlushSignal
{
    [ThreadStatic]
    private static bool isSet;

    /// <summary>True while a watch of this pipeline writes its last available object.</summary>
    public static bool IsSet => isSet;

    /// <summary>Writes an object, with or without a flush of the later commands.</summary>
    /// <param name="flush">True if the watch will wait after this object.</param>
    /// <param name="write">Writes it.</param>
    public static void Write(bool flush, Action write)
    {
        var before = isSet;
        isSet = flush;
        try
        {
            write();
        }
        finally
        {
            isSet = before;
        }
    }
}
