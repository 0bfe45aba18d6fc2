using System.Diagnostics;

namespace Valkeyrie.Tests.Embedded;

/// <summary>A further process that works on a store; see EmbeddedWorker.</summary>
internal sealed class Worker : IAsyncDisposable
{
    private readonly Process _process;

    private Worker(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        _process = Process.Start(start)!;
    }

    /// <summary>Starts one on a file.</summary>
    public static Worker Start(string work, string file, params string[] arguments) => new(new ProcessStartInfo("dotnet", [Assembly, work, file, .. arguments]));

    /// <summary>Starts one by way of a shell command, in which <c>"$@"</c> stands for it.</summary>
    public static Worker StartInShell(string command, string work, string file, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command, "sh", "dotnet", Assembly, work, file, .. arguments]);

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

    private static string Assembly => Path.Combine(AppContext.BaseDirectory, "EmbeddedWorker.dll");
}
