namespace Valkeyrie.Tests.Rigs;

/// <summary>The ZooKeeper for tests: <c>$VALKEYRIE_ZOOKEEPER</c>, a program that reads a configuration file and runs in the foreground; or
/// the <c>zkServer.sh</c> on PATH or of Debian's package. A test that needs a missing one is skipped by name.</summary>
internal static class ZooKeeperBinary
{
    private const string Script = "zkServer.sh";
    private const string DebianScript = "/usr/share/zookeeper/bin/zkServer.sh";

    private static readonly string? Program = Find();

    public static bool IsInstalled => Program is not null;

    /// <summary>The command that starts a server in the foreground.</summary>
    public static IReadOnlyList<string> CommandOf(string configuration)
    {
        Assert.SkipWhen(Program is null, "ZooKeeper is not installed here.");
        return Path.GetFileName(Program) == Script ? [Program!, "start-foreground", configuration] : [Program!, configuration];
    }

    /// <summary>Starts the server of a fixture; without a ZooKeeper, the tests that use it are skipped.</summary>
    public static T Started<T>(T? server)
        where T : class
    {
        Assert.SkipWhen(server is null, "ZooKeeper is not installed here.");
        return server!;
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("VALKEYRIE_ZOOKEEPER") is { Length: > 0 } chosen)
        {
            return chosen;
        }

        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, Script))
            .Append(DebianScript)
            .FirstOrDefault(File.Exists);
    }
}
