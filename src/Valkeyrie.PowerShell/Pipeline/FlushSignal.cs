namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Tells the later commands of a pipeline to flush: the watch that feeds them has nothing more at the moment, so that they finish what they have in
/// flight. Commands of one pipeline run on one thread, one inside the other.</summary>
internal static class FlushSignal
{
    [ThreadStatic]
    private static bool isSet;

    /// <summary>True while a watch of this pipeline writes the last object that it has at the moment.</summary>
    public static bool IsSet => isSet;

    /// <summary>Writes an object, and has the later commands flush or not.</summary>
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
