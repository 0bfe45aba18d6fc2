using System.Diagnostics;

namespace Valkeyrie.Bench;

/// <summary>What a started server leaves: its process and its folder. Both go when this is disposed, or when this process ends.</summary>
internal sealed class ServerRemains : IDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    public ServerRemains(Process process, string folder)
    {
        _process = process;
        _folder = folder;

        // Ctrl+C ends this process without running what a using block would run.
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        Remove();
    }

    // Nothing where that was done before.
    private void Remove()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private void OnProcessExit(object? sender, EventArgs e) => Remove();
}
