using System.Diagnostics;

namespace Valkeyrie.Tests.Rigs;

/// <summary>Ends a process and removes its folder should the test run itself be killed. A small shell waits on a pipe that only this
/// process holds; the pipe closes however this process ends.</summary>
internal sealed class Reaper : IDisposable
{
    private const string Script = "read -r _; kill -9 \"$0\"; rm -rf \"$1\"";

    private readonly Process _shell;

    private Reaper(Process shell) => _shell = shell;

    /// <summary>Null where there is no such shell (Windows); there the runner's own job object does it.</summary>
    public static Reaper? Watch(int processId, string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, processId.ToString(), folder]) { RedirectStandardInput = true };
        return new Reaper(Process.Start(start)!);
    }

    public void Dispose()
    {
        _shell.Kill();
        _shell.WaitForExit();
        _shell.Dispose();
    }
}
