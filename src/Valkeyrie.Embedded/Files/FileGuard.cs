namespace Valkeyrie.Embedded.Files;

/// <summary>Detects that a file of an open store was removed or replaced. Later writes would go to a file without a name, and be lost when it is
/// closed.</summary>
/// <remarks>On Windows an open SQLite file cannot be removed, renamed or replaced, so nothing needs to be detected.</remarks>
internal sealed class FileGuard
{
    // A read may be served from a removed file for about this time. A check costs as much as a third of a read.
    private const long MillisecondsBetweenLooks = 50;

    private readonly string _path;
    private readonly Guarded[] _files;
    private long _lookedAt = long.MinValue;
    private volatile string? _lost;

    private FileGuard(string path, Guarded[] files)
    {
        _path = path;
        _files = files;
    }

    /// <summary>Identifies the file at a path before SQLite opens it, for comparison with the file afterwards.</summary>
    public static FileIdentity Before(string path) =>
        !OperatingSystem.IsWindows() && FileIdentity.TryGet(FileIdentity.NativePath(path), out var identity) ? identity : default;

    /// <summary>Starts to guard the file at a path and SQLite's files next to it, all of which are open now.</summary>
    /// <param name="path">The path as specified by the user; each check follows its links.</param>
    /// <param name="before">See <see cref="Before"/>.</param>
    /// <exception cref="KvFileReplacedException">The file was replaced while it was opened.</exception>
    public static FileGuard Begin(string path, FileIdentity before)
    {
        if (OperatingSystem.IsWindows())
        {
            return new FileGuard(path, []);
        }

        var target = RealPath.Of(path);
        var guard = new FileGuard(path, [Guarded.Of(path, before), Guarded.Of(target + "-wal", null), Guarded.Of(target + "-shm", null)]);
        guard.Check(written: false);
        return guard;
    }

    /// <summary>Checks the files; false once one of them was removed or replaced. The result then stays false, because their changes in the meantime are
    /// unknown.</summary>
    public bool IsInPlace()
    {
        foreach (var file in _files)
        {
            if (_lost is null && FileIdentity.TryGet(file.NativePath, out var now) && (now != file.Identity || now == default))
            {
                _lost = file.Path;
            }
        }

        Volatile.Write(ref _lookedAt, Environment.TickCount64);
        return _lost is null;
    }

    /// <summary>Checks the files, and throws if one was removed or replaced.</summary>
    /// <param name="written">True if a write has not been acknowledged yet.</param>
    /// <exception cref="KvFileReplacedException">A file was removed or replaced.</exception>
    public void Check(bool written)
    {
        if (!IsInPlace())
        {
            throw new KvFileReplacedException(_path, _lost!, written);
        }
    }

    /// <summary>Checks the files, unless they were checked a moment ago.</summary>
    /// <exception cref="KvFileReplacedException">A file was removed or replaced.</exception>
    public void CheckNowAndThen()
    {
        if (_lost is not null || Environment.TickCount64 - Volatile.Read(ref _lookedAt) >= MillisecondsBetweenLooks)
        {
            Check(written: false);
        }
    }

    private sealed record Guarded(string Path, byte[] NativePath, FileIdentity Identity)
    {
        public static Guarded Of(string path, FileIdentity? before)
        {
            var native = FileIdentity.NativePath(path);
            _ = FileIdentity.TryGet(native, out var now);
            return new Guarded(path, native, before ?? now);
        }
    }
}
