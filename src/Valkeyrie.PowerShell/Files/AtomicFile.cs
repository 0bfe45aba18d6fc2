using System.Runtime.Versioning;
using System.Security.AccessControl;
using Valkeyrie.Engine;

namespace Valkeyrie.PowerShell.Files;

/// <summary>Writes a file next to its place and moves it there when it is complete, so the place always has either the old file or the new
/// one. The new file has the mode of the old one (on Windows its access rights), and its owner if this user can set it.</summary>
internal sealed class AtomicFile : IFileTarget
{
    private const int MostTries = 40;
    private const int LongestPart = 50;
    private const int BufferBytes = 128 * 1024;

    // The error that .NET reports for a file that became too large (EFBIG).
    private const string LengthParameter = "value";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly string _path;
    private readonly string _temporary;
    private readonly bool _noClobber;
    private readonly FileStream _stream;

    /// <summary>Creates the temporary file.</summary>
    /// <param name="path">Its full path. A link is followed.</param>
    /// <param name="noClobber">True to refuse an existing path.</param>
    /// <param name="force">True to replace a read-only file.</param>
    /// <param name="ownerOnly">True to deny other users access to a new file; otherwise the default of the system applies.</param>
    /// <exception cref="IOException">The file exists and must not be replaced, or its folder cannot be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written to.</exception>
    public AtomicFile(string path, bool noClobber = false, bool force = false, bool ownerOnly = false)
    {
        _path = new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        _noClobber = noClobber;
        var existing = new FileInfo(_path);
        if (existing.Exists && noClobber)
        {
            throw new IOException($"The file '{path}' already exists, and -NoClobber was specified.");
        }

        if (existing.Exists && !force && IsReadOnly(existing))
        {
            throw new UnauthorizedAccessException($"The file '{path}' is read-only, or you do not have the permission to write it. Use -Force to replace it.");
        }

        if (Directory.Exists(_path))
        {
            throw new UnauthorizedAccessException($"'{path}' is a folder. Specify a file in it.");
        }

        _temporary = Beside(_path);
        try
        {
            _stream = Create(existing, ownerOnly);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UnauthorizedAccessException($"The file '{path}' cannot be written: a temporary file is written next to it first, and you do not have the permission to write to its folder.", e);
        }
    }

    /// <inheritdoc/>
    public void Write(Action<Stream> write) => Naming(() => write(_stream));

    /// <inheritdoc/>
    public void Commit() => Naming(() =>
    {
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        if (OperatingSystem.IsWindows() && !_noClobber && new FileInfo(_path) is { Exists: true, IsReadOnly: true } existing)
        {
            existing.IsReadOnly = false;
        }

        Move();
    });

    /// <summary>Removes the temporary file, unless it was moved to its place.</summary>
    public void Dispose()
    {
        try
        {
            _stream.Dispose();
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            // On a full disk the rest of the buffer cannot be written, and is discarded.
        }
        finally
        {
            File.Delete(_temporary);
        }
    }

    // Root can write a read-only file, but should be asked. To .NET, a file of another user that this user may write looks read-only.
    private static bool IsReadOnly(FileInfo existing)
    {
        const UnixFileMode AnyWrite = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        if (OperatingSystem.IsWindows() ? existing.IsReadOnly : (existing.UnixFileMode & AnyWrite) == 0)
        {
            return true;
        }

        try
        {
            using var _ = File.OpenHandle(existing.FullName, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException) when (OperatingSystem.IsWindows())
        {
            // Another program has the file open. The replacement shows whether it still has.
            return false;
        }
    }

    // The name contains that of the file, so the rest of a killed process shows its origin; the length of names is limited.
    private static string Beside(string path)
    {
        var name = Path.GetFileName(path);
        return Path.Combine(Path.GetDirectoryName(path)!, $"{(name.Length <= LongestPart ? name : name[..LongestPart])}.{Guid.NewGuid():n}.tmp");
    }

    private FileStream Create(FileInfo existing, bool ownerOnly)
    {
        if (!existing.Exists)
        {
            return ownerOnly ? OwnerOnly.Create(_temporary, access: FileAccess.Write, bufferSize: BufferBytes) : CreatePlain();
        }

        return OperatingSystem.IsWindows() ? CreateWithRightsOf(existing) : CreateWithModeOf(existing);
    }

    private FileStream CreatePlain() =>
        new(_temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = BufferBytes });

    [UnsupportedOSPlatform("windows")]
    private FileStream CreateWithModeOf(FileInfo existing)
    {
        var stream = OwnerOnly.Create(_temporary, access: FileAccess.Write, bufferSize: BufferBytes);
        try
        {
            // The owner first: changing it clears some modes.
            FileStatus.Of(_path).GiveTo(_temporary);
            File.SetUnixFileMode(stream.SafeFileHandle, existing.UnixFileMode);
            return stream;
        }
        catch
        {
            stream.Dispose();
            File.Delete(_temporary);
            throw;
        }
    }

    [SupportedOSPlatform("windows")]
    private FileStream CreateWithRightsOf(FileInfo existing)
    {
        FileSecurity rights;
        try
        {
            rights = existing.GetAccessControl(AccessControlSections.Access);
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException)
        {
            // The file system has no access rights.
            return CreatePlain();
        }

        return new FileInfo(_temporary).Create(FileMode.CreateNew, FileSystemRights.Write, FileShare.Read, BufferBytes, FileOptions.None, rights);
    }

    private void Move()
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                File.Move(_temporary, _path, overwrite: !_noClobber);
                return;
            }
            catch (Exception e) when (OperatingSystem.IsWindows() && !_noClobber && e is IOException or UnauthorizedAccessException)
            {
                // Windows does not replace an open file, even if a program only reads it briefly.
                if (tries == MostTries)
                {
                    throw new IOException($"The file '{_path}' cannot be replaced. Another program may have it open: close it there. ({e.Message})", e);
                }

                Thread.Sleep(Pause);
            }
        }
    }

    // The errors of the system name the temporary file, which the user does not know.
    private void Naming(Action work)
    {
        try
        {
            work();
        }
        catch (IOException e) when (e.Message.Contains(_temporary, StringComparison.Ordinal))
        {
            throw new IOException($"The file '{_path}' cannot be written: {e.Message.Replace(_temporary, _path, StringComparison.Ordinal)}", e);
        }
        catch (ArgumentOutOfRangeException e) when (e.ParamName == LengthParameter)
        {
            throw new IOException($"The file '{_path}' cannot be written: it is larger than the file system or a limit of this process allows.", e);
        }
    }
}
