using System.Diagnostics;

namespace Valkeyrie.Tests.Rigs;

/// <summary>The Consul for tests: <c>$VALKEYRIE_CONSUL</c>, or the one on PATH. A test that needs a missing one is skipped by name.</summary>
internal static class ConsulBinary
{
    private static readonly string? Found = Find();

    public static bool IsInstalled => Found is not null;

    public static string Path => Found ?? Missing();

    /// <summary>Starts the agent of a fixture. A fixture must not fail without a Consul, because its class would fail with it: the tests that use the
    /// agent are skipped instead.</summary>
    public static T Started<T>(T? agent)
        where T : class
    {
        Assert.SkipWhen(agent is null, "consul is not installed here.");
        return agent!;
    }

    /// <summary>Runs Consul's own tool and waits for its end.</summary>
    public static (int ExitCode, string Output) Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    private static string Missing()
    {
        Assert.Skip("consul is not installed here.");
        return "";
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("VALKEYRIE_CONSUL") is { Length: > 0 } chosen)
        {
            return chosen;
        }

        var file = OperatingSystem.IsWindows() ? "consul.exe" : "consul";
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator).Select(folder => System.IO.Path.Combine(folder, file)).FirstOrDefault(File.Exists);
    }
}
