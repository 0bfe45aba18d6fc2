using System.Diagnostics;

namespace Valkeyrie.Bench;

/// <summary>The process and the folder of a started server. Both are removed when this object is disposed or this process ends.</summary>
internal sealed class ServerRemains : IDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    public ServerRemains(Process process, string folder)
    {
        _process = process;
        _folder = folder;

        // Ctrl+C ends this process without the end of a using block.
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        Remove();
    }

    // Does nothing if that was done before.
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
