using System.Diagnostics;

namespace Valkeyrie.Tests.Rigs;

/// <summary>The Consul that the tests start: <c>$VALKEYRIE_CONSUL</c>, or that on PATH. A test that asks for one that is not on this machine is skipped by name.</summary>
internal static class ConsulBinary
{
    private static readonly string? Found = Find();

    public static bool IsInstalled => Found is not null;

    public static string Path => Found ?? Missing();

    /// <summary>What a fixture has started. A fixture must not fail where there is no Consul, since its class would fail with it: the tests that ask for the
    /// agent are skipped instead.</summary>
    public static T Started<T>(T? agent)
        where T : class
    {
        Assert.SkipWhen(agent is null, "consul is not installed here.");
        return agent!;
    }

    /// <summary>Runs Consul's own tool to its end.</summary>
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
