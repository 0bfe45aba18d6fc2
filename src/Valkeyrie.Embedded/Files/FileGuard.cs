namespace Valkeyrie.Embedded.Files;

/// <summary>Notices that a file of an open store was removed or replaced: what is written from then on goes to a file that nobody finds, and is gone
/// when that is closed.</summary>
/// <remarks>Windows lets nobody remove, rename or replace a file that SQLite has open, so there is nothing to notice there.</remarks>
internal sealed class FileGuard
{
    // A read may be served from a file that is gone for about this long. A look costs as much as a third of a read.
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

    /// <summary>What is at a path before SQLite opens it, to be compared with what is there afterwards.</summary>
    public static FileIdentity Before(string path) =>
        !OperatingSystem.IsWindows() && FileIdentity.TryGet(FileIdentity.NativePath(path), out var identity) ? identity : default;

    /// <summary>Guards the file at a path and what SQLite keeps beside it, all of which is open now.</summary>
    /// <param name="path">The path as the user has named it; links on it are followed at each look.</param>
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

    /// <summary>Looks at the files; false once one of them was found to be removed or replaced. That stays so: nobody knows what was done to them
    /// meanwhile.</summary>
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

    /// <summary>Looks at the files.</summary>
    /// <param name="written">True if a write has not been acknowledged yet.</param>
    /// <exception cref="KvFileReplacedException">One of them was removed or replaced.</exception>
    public void Check(bool written)
    {
        if (!IsInPlace())
        {
            throw new KvFileReplacedException(_path, _lost!, written);
        }
    }

    /// <summary>Looks at the files, unless that was done a moment ago.</summary>
    /// <exception cref="KvFileReplacedException">One of them was removed or replaced.</exception>
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
