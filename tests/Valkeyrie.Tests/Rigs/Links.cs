namespace Valkeyrie.Tests.Rigs;

/// <summary>Symbolic links, which Windows allows only some users to create.</summary>
internal static class Links
{
    private static readonly Lazy<bool> CanBeMade = new(Try);

    /// <summary>Skips a test that needs them if this user may not create any.</summary>
    public static void Need() => Assert.SkipUnless(CanBeMade.Value, "This user may make no symbolic links.");

    private static bool Try()
    {
        using var folder = new TemporaryFolder();
        try
        {
            File.CreateSymbolicLink(folder.File("link"), folder.Write("file", ""));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
