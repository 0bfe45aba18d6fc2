namespace Valkeyrie.Tests.Rigs;

/// <summary>The signals of Unix with which tests stop a process, resume it and ask it to end.</summary>
internal static class Signals
{
    /// <summary>Skips the test if the system has no signals.</summary>
    public static void Need() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals that stop a process and let it go on.");
}
