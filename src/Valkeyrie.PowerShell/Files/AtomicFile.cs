namespace Valkeyrie.PowerShell.Files;

/// <summary>A file that is written beside its place and moved there when it is whole, so that whatever happens there is either the old file or the new
/// one.</summary>
internal sealed class AtomicFile : IDisposable
{
    private const int MostTries = 40;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly string _path;
    private readonly string _temporary;
    private readonly bool _noClobber;
    private readonly FileStream _stream;

    /// <summary>Begins a file.</summary>
    /// <param name="path">Its full path. A link is followed.</param>
    /// <param name="noClobber">True to refuse a path that exists.</param>
    /// <param name="force">True to replace a file that is marked as read-only.</param>
    /// <param name="mode">Who may do what with a new file, where the system knows such modes; null for the system's default.</param>
    /// <exception cref="IOException">The file exists and must not be replaced, or its folder cannot be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written to.</exception>
    public AtomicFile(string path, bool noClobber = false, bool force = false, UnixFileMode? mode = null)
    {
        _path = new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        _noClobber = noClobber;
        var existing = new FileInfo(_path);
        if (existing.Exists && noClobber)
        {
            throw new IOException($"The file '{path}' exists already, and -NoClobber was given.");
        }

        if (existing is { Exists: true, IsReadOnly: true } && !force)
        {
            throw new UnauthorizedAccessException($"The file '{path}' is marked as read-only. Give -Force to replace it.");
        }

        if (Directory.Exists(_path))
        {
            throw new UnauthorizedAccessException($"'{path}' is a folder. Name a file in it.");
        }

        _temporary = $"{_path}.{Guid.NewGuid():n}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 128 * 1024 };
        if (!OperatingSystem.IsWindows() && (existing.Exists ? existing.UnixFileMode | UnixFileMode.UserWrite : mode) is { } wanted)
        {
            options.UnixCreateMode = wanted;
        }

        _stream = new FileStream(_temporary, options);
    }

    /// <summary>Where to write.</summary>
    public Stream Stream => _stream;

    /// <summary>Moves the file, now whole, to its place.</summary>
    /// <exception cref="IOException">The file exists and must not be replaced, or on Windows another program has it open and keeps it so.</exception>
    public void Commit()
    {
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        if (OperatingSystem.IsWindows() && !_noClobber && new FileInfo(_path) is { Exists: true, IsReadOnly: true } existing)
        {
            existing.IsReadOnly = false;
        }

        for (var tries = 1; ; tries++)
        {
            try
            {
                File.Move(_temporary, _path, overwrite: !_noClobber);
                return;
            }
            catch (Exception e) when (OperatingSystem.IsWindows() && !_noClobber && e is IOException or UnauthorizedAccessException)
            {
                // Windows replaces no file that somebody has open, if only to read it for a moment.
                if (tries == MostTries)
                {
                    throw new IOException($"The file '{_path}' cannot be replaced. Another program may have it open: close it there. ({e.Message})", e);
                }

                Thread.Sleep(Pause);
            }
        }
    }

    /// <summary>Removes what was written, unless it was moved to its place.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        File.Delete(_temporary);
    }
}
