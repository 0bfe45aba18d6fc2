using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Valkeyrie.Tests.Rigs;

/// <summary>Another process that uses a store; see FaultWorker. It can be killed, stopped and resumed.</summary>
internal sealed class FaultWorkerProcess : IAsyncDisposable
{
    private const int SigCont = 18;
    private const int SigStop = 19;

    private readonly Process _process;
    private readonly Task _reading;

    /// <summary>Starts a process.</summary>
    /// <param name="work">Its work.</param>
    /// <param name="address">The store's address.</param>
    /// <param name="timeout">The store's timeout.</param>
    /// <param name="seed">Determines its work.</param>
    /// <param name="onLine">Receives each line of its output, in order.</param>
    /// <param name="arguments">More arguments of the work.</param>
    public FaultWorkerProcess(string work, string address, TimeSpan timeout, int seed, Action<string> onLine, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "FaultWorker.dll"), work, address, Seconds(timeout), Seconds(FaultyCluster.KeepAlive), $"{seed}", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        _reading = ReadAsync(onLine);
    }

    /// <summary>Formats a time for the worker's arguments.</summary>
    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString(CultureInfo.InvariantCulture);

    public void Suspend() => Signal(SigStop);

    public void Resume() => Signal(SigCont);

    /// <summary>Ends it like a crash; returns when all of its output has been read.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _reading;
    }

    /// <summary>Lets it end normally; returns when all of its output has been read.</summary>
    public async Task FinishAsync()
    {
        _process.StandardInput.Close();
        await _reading.WaitAsync(Patience.Limit);
        await _process.WaitForExitAsync();
        Assert.Equal(0, _process.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);

    private void Signal(int signal)
    {
        if (kill(_process.Id, signal) != 0)
        {
            throw new InvalidOperationException($"Signal {signal} could not be sent: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    private async Task ReadAsync(Action<string> onLine)
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            onLine(line);
        }
    }
}
