using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Valkeyrie.Tests.Rigs;

/// <summary>A further process that works on a store; see FaultWorker. It can be killed, stopped and let go on.</summary>
internal sealed class FaultWorkerProcess : IAsyncDisposable
{
    private const int SigCont = 18;
    private const int SigStop = 19;

    private readonly Process _process;
    private readonly Task _reading;

    /// <summary>Starts one.</summary>
    /// <param name="work">What it does.</param>
    /// <param name="address">The store's address.</param>
    /// <param name="timeout">The store's timeout.</param>
    /// <param name="seed">What its work follows from.</param>
    /// <param name="onLine">Told each line that it says, in order.</param>
    /// <param name="arguments">What the work needs beyond that.</param>
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

    /// <summary>A time as the worker's arguments say it.</summary>
    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString(CultureInfo.InvariantCulture);

    public void Suspend() => Signal(SigStop);

    public void Resume() => Signal(SigCont);

    /// <summary>Ends it as a crash would; returns when all that it said has been read.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _reading;
    }

    /// <summary>Has it come to its end by itself; returns when all that it said has been read.</summary>
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
