using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Valkeyrie.Tests.Rigs;

/// <summary>The process of a server, which can be killed, suspended and restarted.</summary>
internal abstract class ServerProcess : IDisposable
{
    private const int SigStop = 19;
    private const int SigCont = 18;
    private const int KeptLines = 40;

    private readonly Queue<string> _lastLines = new();
    private Process? _process;

    public bool HasExited => _process is not { HasExited: false };

    /// <summary>The last lines of the log, for the message if it does not start.</summary>
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
        var start = Command();
        start.RedirectStandardError = start.RedirectStandardOutput = true;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Remember(line.Data);
        _process.ErrorDataReceived += (_, line) => Remember(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

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

    /// <summary>Suspends it: its sockets remain open and silent.</summary>
    public void Suspend() => Signal(SigStop);

    public void Resume() => Signal(SigCont);

    public void Dispose() => Kill();

    /// <summary>The program and its arguments.</summary>
    protected abstract ProcessStartInfo Command();

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);

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
