namespace Valkeyrie.Tests.Rigs;

/// <summary>The signals of Unix, by which tests stop a process, let it go on and ask it to end.</summary>
internal static class Signals
{
    /// <summary>Skips the test where there are none.</summary>
    public static void Need() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals that stop a process and let it go on.");
}
