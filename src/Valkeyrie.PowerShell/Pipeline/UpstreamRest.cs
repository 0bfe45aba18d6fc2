namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Tells the later commands of a pipeline that the watch that feeds them has nothing more at the moment, so that they finish what they have in
/// flight. Commands of one pipeline run on one thread, one inside the other.</summary>
internal static class UpstreamRest
{
    [ThreadStatic]
    private static bool hasBegun;

    /// <summary>True while a watch of this pipeline writes the last object that it has at the moment.</summary>
    public static bool HasBegun => hasBegun;

    /// <summary>Writes an object, marked as the last for now or not.</summary>
    /// <param name="isLast">True if the watch will wait after this object.</param>
    /// <param name="write">Writes it.</param>
    public static void Write(bool isLast, Action write)
    {
        var before = hasBegun;
        hasBegun = isLast;
        try
        {
            write();
        }
        finally
        {
            hasBegun = before;
        }
    }
}
