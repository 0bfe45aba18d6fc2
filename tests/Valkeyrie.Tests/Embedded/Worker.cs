using System.Diagnostics;

namespace Valkeyrie.Tests.Embedded;

/// <summary>Another process that uses a store; see EmbeddedWorker.</summary>
internal sealed class Worker : IAsyncDisposable
{
    private const string AssemblyName = "EmbeddedWorker.dll";

    // The common beginning of its files' names.
    private static readonly string[] Needed = ["EmbeddedWorker", "Valkeyrie", "SQLitePCLRaw", "runtimes"];

    private readonly Process _process;

    private Worker(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        _process = Process.Start(start)!;
    }

    /// <summary>Starts a worker on a file.</summary>
    public static Worker Start(string work, string file, params string[] arguments) => new(new ProcessStartInfo("dotnet", [Assembly, work, file, .. arguments]));

    /// <summary>Starts a worker for which the platform keeps a user's data in a folder of the test.</summary>
    public static Worker StartInHome(string folder, string work, string file, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Assembly, work, file, .. arguments]);
        start.Environment["XDG_DATA_HOME"] = start.Environment["LOCALAPPDATA"] = folder;
        return new Worker(start);
    }

    /// <summary>Starts a worker with a shell command, in which <c>"$@"</c> is the worker.</summary>
    public static Worker StartInShell(string command, string work, string file, params string[] arguments) =>
        StartInShell(command, Assembly, [work, file, .. arguments]);

    /// <summary>Starts a worker from a copy in a folder that every user can read, unlike a checkout in a user's home.</summary>
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

        // The runtime maps its code twice through a very large file, which a limit on file sizes forbids.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.Environment["DOTNET_CLI_HOME"] = Path.GetTempPath();
        return new Worker(start);
    }

    /// <summary>Reads the next line of its output; null when it has ended.</summary>
    public Task<string?> ReadAsync() => _process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Limit);

    /// <summary>Reads all of its output until it ends.</summary>
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

    /// <summary>Ends it like a crash, in the middle of its work.</summary>
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
