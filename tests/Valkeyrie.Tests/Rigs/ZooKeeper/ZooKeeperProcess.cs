using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Valkeyrie.Tests.Rigs;

/// <summary>One process of ZooKeeper, which can be killed, suspended and started again.</summary>
/// <param name="configuration">Its configuration file.</param>
/// <param name="port">Where it listens for clients, without TLS.</param>
internal sealed class ZooKeeperProcess(string configuration, int port) : IDisposable
{
    private const int SigStop = 19;
    private const int SigCont = 18;
    private const int KeptLines = 40;

    private readonly Queue<string> _lastLines = new();
    private Process? _process;

    public int Port => port;

    public bool HasExited => _process is not { HasExited: false };

    /// <summary>The last lines of the log, for the message when it will not start.</summary>
    public string LastLines
    {
        get
        {
            lock (_lastLines)
            {
                return string.Join('\n', _lastLines);
            }
        }
    }

    public void Start()
    {
        var command = ZooKeeperBinary.CommandOf(configuration);
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,

            // A setting that no configuration file takes: how often nodes whose time is up, and empty containers, are looked for.
            Environment = { ["JAVA_TOOL_OPTIONS"] = "-Dznode.container.checkIntervalMs=200 -XX:TieredStopAtLevel=1 -Xshare:auto" },
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Remember(line.Data);
        _process.ErrorDataReceived += (_, line) => Remember(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Returns once it serves: alone, or as a leader or follower.</summary>
    public async Task WaitUntilReadyAsync()
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (!(await StateAsync()).Contains("Mode:", StringComparison.Ordinal))
        {
            if (HasExited || limit.IsCancellationRequested)
            {
                throw new InvalidOperationException($"ZooKeeper does not serve on port {port}:\n{LastLines}");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>True if it leads its ensemble.</summary>
    public async Task<bool> IsLeaderAsync() => (await StateAsync()).Contains("Mode: leader", StringComparison.Ordinal);

    public void Kill()
    {
        if (_process is null)
        {
            return;
        }

        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    public void Suspend() => Signal(SigStop);

    public void Resume() => Signal(SigCont);

    public void Dispose() => Kill();

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);

    private async Task<string> StateAsync()
    {
        try
        {
            using var client = new TcpClient();
            using var time = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await client.ConnectAsync("127.0.0.1", port, time.Token);
            await client.GetStream().WriteAsync("srvr"u8.ToArray(), time.Token);
            var answer = new MemoryStream();
            await client.GetStream().CopyToAsync(answer, time.Token);
            return Encoding.ASCII.GetString(answer.ToArray());
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return "";
        }
    }

    private void Signal(int signal)
    {
        if (kill(_process!.Id, signal) != 0)
        {
            throw new InvalidOperationException($"Signal {signal} could not be sent: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    private void Remember(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lastLines)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > KeptLines)
            {
                _lastLines.Dequeue();
            }
        }
    }
}
