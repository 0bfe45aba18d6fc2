using System.Diagnostics;

namespace Valkeyrie.Tests.Rigs;

/// <summary>Which etcd the tests start: <c>$VALKEYRIE_ETCD</c> and <c>$VALKEYRIE_ETCDCTL</c>, or those on PATH.</summary>
internal static class EtcdBinary
{
    private static readonly Lazy<bool> FlagForNoFsync = new(() => Accepts("--unsafe-no-fsync"));

    public static string Server { get; } = Find("VALKEYRIE_ETCD", "etcd");

    public static string Control { get; } = Find("VALKEYRIE_ETCDCTL", "etcdctl");

    /// <summary>True where the server can be told not to wait for its disk. Not every version that can says so in its help.</summary>
    public static bool KnowsNoFsync => FlagForNoFsync.Value;

    private static string Find(string variable, string name)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } chosen)
        {
            return chosen;
        }

        var file = OperatingSystem.IsWindows() ? name + ".exe" : name;
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"These tests need {name}. Install it (Debian: apt-get install etcd-server etcd-client) or name it in {variable}.");
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
