using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Valkeyrie.Bench.Measuring;

namespace Valkeyrie.Bench;

/// <summary>A server program that runs in the foreground, on free loopback ports and with its data in a temporary folder. Disposing it ends the server and
/// removes the folder.</summary>
internal sealed class ForegroundServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ServerRemains _remains;

    private ForegroundServer(Process process, string folder)
    {
        _process = process;
        _remains = new ServerRemains(process, folder);
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Starts a server and waits until it serves.</summary>
    /// <param name="command">Creates the command line, the program and its arguments, for the folder.</param>
    /// <param name="serves">True when the server serves.</param>
    /// <exception cref="WorkloadSkippedException">The program does not exist, or the server does not serve.</exception>
    public static async Task<ForegroundServer> StartAsync(Func<string, IReadOnlyList<string>> command, Func<Task<bool>> serves)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Arena.MemoryDisk ?? Path.GetTempPath(), "valkeyrie-" + Path.GetRandomFileName())).FullName;
        var words = command(folder);
        ForegroundServer server;
        try
        {
            server = new(Process.Start(new ProcessStartInfo(words[0], words.Skip(1)) { RedirectStandardError = true, RedirectStandardOutput = true })!, folder);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Directory.Delete(folder, recursive: true);
            throw new WorkloadSkippedException($"'{words[0]}' does not start: {e.Message}");
        }

        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < StartTimeout && !server._process.HasExited;)
        {
            if (await serves())
            {
                return server;
            }

            await Task.Delay(50);
        }

        await server.DisposeAsync();
        throw new WorkloadSkippedException($"'{words[0]}' does not serve");
    }

    /// <summary>Finds a free port.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public ValueTask DisposeAsync()
    {
        _remains.Dispose();
        return ValueTask.CompletedTask;
    }
}
