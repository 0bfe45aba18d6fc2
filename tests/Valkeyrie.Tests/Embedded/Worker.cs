using System.Diagnostics;

namespace Valkeyrie.Tests.Embedded;

/// <summary>A further process that works on a store; see EmbeddedWorker.</summary>
internal sealed class Worker : IAsyncDisposable
{
    private const string AssemblyName = "EmbeddedWorker.dll";

    // What the names of the files begin with that it is made of.
    private static readonly string[] Needed = ["EmbeddedWorker", "Valkeyrie", "SQLitePCLRaw", "runtimes"];

    private readonly Process _process;

    private Worker(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        _process = Process.Start(start)!;
    }

    /// <summary>Starts one on a file.</summary>
    public static Worker Start(string work, string file, params string[] arguments) => new(new ProcessStartInfo("dotnet", [Assembly, work, file, .. arguments]));

    /// <summary>Starts one for which the platform keeps a user's data in a folder of the test's.</summary>
    public static Worker StartInHome(string folder, string work, string file, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Assembly, work, file, .. arguments]);
        start.Environment["XDG_DATA_HOME"] = start.Environment["LOCALAPPDATA"] = folder;
        return new Worker(start);
    }

    /// <summary>Starts one by way of a shell command, in which <c>"$@"</c> stands for it.</summary>
    public static Worker StartInShell(string command, string work, string file, params string[] arguments) =>
        StartInShell(command, Assembly, [work, file, .. arguments]);

    /// <summary>Starts one from a copy in a folder that every user may read, which a checkout below somebody's home need not be.</summary>
    public static Worker StartInShell(string command, TemporaryFolder copy, string work, string file, params string[] arguments)
    {
        foreach (var source in Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(AppContext.BaseDirectory, source);
            if (Needed.Any(n => name.StartsWith(n, StringComparison.Ordinal)))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(copy.File(name))!);
                File.Copy(source, copy.File(name));
            }
        }

        return StartInShell(command, copy.File(AssemblyName), [work, file, .. arguments]);
    }

    private static Worker StartInShell(string command, string assembly, string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command, "sh", "dotnet", assembly, .. arguments]);

        // The runtime maps its code twice by way of a very large file, which a limit on file sizes forbids.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.Environment["DOTNET_CLI_HOME"] = Path.GetTempPath();
        return new Worker(start);
    }

    /// <summary>The next line that it says; null when it has ended.</summary>
    public Task<string?> ReadAsync() => _process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Limit);

    /// <summary>All that it says until it ends.</summary>
    public async Task<IReadOnlyList<string>> ReadToEndAsync()
    {
        var lines = new List<string>();
        while (await ReadAsync() is { } line)
        {
            lines.Add(line);
        }

        return lines;
    }

    public Task TellAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>Ends it as a crash would, in the middle of whatever it does.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string Assembly => Path.Combine(AppContext.BaseDirectory, AssemblyName);
}
