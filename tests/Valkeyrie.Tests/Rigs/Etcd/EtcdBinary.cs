using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Valkeyrie.Tests.Rigs;

/// <summary>The etcd for tests: <c>$VALKEYRIE_ETCD</c> and <c>$VALKEYRIE_ETCDCTL</c>, or those on PATH; and, from etcd 3.5 on, the
/// <c>etcdutl</c> next to the latter. A test that needs a missing one is skipped by name.</summary>
internal static class EtcdBinary
{
    private static readonly string? ServerPath = Find("VALKEYRIE_ETCD", "etcd");
    private static readonly string? ControlPath = Find("VALKEYRIE_ETCDCTL", "etcdctl");
    private static readonly Lazy<bool> FlagForNoFsync = new(() => Accepts("--unsafe-no-fsync"));
    private static readonly Version FirstWithoutV2 = new(3, 6);
    private static readonly Lazy<Version> ServerVersion = new(ReadVersion);

    public static bool IsInstalled => ServerPath is not null;

    public static string Server => ServerPath ?? Missing("etcd");

    public static string Control => ControlPath ?? Missing("etcdctl");

    /// <summary>The tool that restores a snapshot: <c>etcdutl</c>, from etcd 3.5 on, or <c>etcdctl</c>, before etcd 3.6.</summary>
    public static string Utility => Beside(Control, "etcdutl") ?? Control;

    /// <summary>The server's version.</summary>
    public static Version ServerIs => ServerVersion.Value;

    /// <summary>True if the server still has the APIv2.</summary>
    public static bool KnowsV2 => IsInstalled && ServerIs < FirstWithoutV2;

    /// <summary>Skips a test that needs the APIv2 if the etcd does not have it.</summary>
    public static T WithV2<T>(T started)
    {
        Assert.SkipWhen(IsInstalled && !KnowsV2, $"etcd {ServerIs} has no APIv2, which went with {FirstWithoutV2}.");
        return started;
    }

    /// <summary>True if the server has the option not to wait for its disk. Not every version with this option lists it in its help.</summary>
    public static bool KnowsNoFsync => FlagForNoFsync.Value;

    /// <summary>Starts the server of a fixture. A fixture must not fail without an etcd, because its class would fail with it: the tests that use
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

    /// <summary>Runs one of etcd's programs, waits for its end, and returns its output.</summary>
    public static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["ETCDCTL_API"] = "3" } };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed: {errors.Result}");
    }

    private static string? Beside(string program, string name)
    {
        var file = File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program;
        var path = Path.Combine(Path.GetDirectoryName(file)!, OperatingSystem.IsWindows() ? name + ".exe" : name);
        return File.Exists(path) ? path : null;
    }

    private static Version ReadVersion() =>
        Version.Parse(Regex.Match(Run(Server, "--version"), @"etcd Version: (\d+\.\d+\.\d+)").Groups[1].Value);

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
