using System.Diagnostics;

namespace Valkeyrie.Tests.Rigs;

/// <summary>The etcd that the tests start: <c>$VALKEYRIE_ETCD</c> and <c>$VALKEYRIE_ETCDCTL</c>, or those on PATH. A test that asks for one that is not
/// on this machine is skipped by name.</summary>
internal static class EtcdBinary
{
    private static readonly string? ServerPath = Find("VALKEYRIE_ETCD", "etcd");
    private static readonly string? ControlPath = Find("VALKEYRIE_ETCDCTL", "etcdctl");
    private static readonly Lazy<bool> FlagForNoFsync = new(() => Accepts("--unsafe-no-fsync"));

    public static bool IsInstalled => ServerPath is not null;

    public static string Server => ServerPath ?? Missing("etcd");

    public static string Control => ControlPath ?? Missing("etcdctl");

    /// <summary>True where the server can be told not to wait for its disk. Not every version that can says so in its help.</summary>
    public static bool KnowsNoFsync => FlagForNoFsync.Value;

    /// <summary>What a fixture has started. A fixture must not fail where there is no etcd, since its class would fail with it: the tests that ask for
    /// the server are skipped instead.</summary>
    public static T Started<T>(T? server)
        where T : class
    {
        Assert.SkipWhen(server is null, "etcd is not installed here.");
        return server!;
    }

    private static string Missing(string program)
    {
        Assert.Skip($"{program} is not installed here.");
        return program;
    }

    private static string? Find(string variable, string name)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } chosen)
        {
            return chosen;
        }

        var file = OperatingSystem.IsWindows() ? name + ".exe" : name;
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
    }

    private static bool Accepts(string flag)
    {
        using var process = Process.Start(new ProcessStartInfo(Server, [flag, "--version"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
