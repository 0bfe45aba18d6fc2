namespace Valkeyrie.Tests.Rigs;

/// <summary>A folder of a test, removed with it. It is in memory if the system supports this, so a slow disk delays nothing.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private const string MemoryDisk = "/dev/shm";

    public TemporaryFolder()
    {
        var parent = !OperatingSystem.IsWindows() && Directory.Exists(MemoryDisk) ? MemoryDisk : System.IO.Path.GetTempPath();
        Path = System.IO.Path.Combine(parent, "valkeyrie-tests-" + Guid.NewGuid().ToString("n"));
        Directory.CreateDirectory(Path);
        Reaper.Watch(Path);
    }

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
