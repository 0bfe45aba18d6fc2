using System.Management.Automation;

namespace Valkeyrie.PowerShell.Files;

/// <summary>A file to be written, as a parameter names it.</summary>
internal static class FileTarget
{
    /// <summary>The full path of the file that a parameter names.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="path">What was specified: a path of PowerShell's, taken as it is.</param>
    /// <exception cref="KvInvalidArgumentException">The path is not one of a file.</exception>
    public static string PathOf(PSCmdlet cmdlet, string path)
    {
        var full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        return provider.Name == "FileSystem" ? full : throw new KvInvalidArgumentException($"'{path}' is not the path of a file.");
    }

    /// <summary>Where to write the file: in its place once it is whole, or as it comes where that is a pipe or a device.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="noClobber">True to refuse a file that exists.</param>
    /// <param name="force">True to replace a file that is marked as read-only.</param>
    /// <param name="mode">Who may do what with a new file, where the system knows such modes; null for the system's default.</param>
    /// <param name="cancellationToken">Ends the wait for whoever reads a pipe.</param>
    /// <exception cref="IOException">The file exists and must not be replaced, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static async ValueTask<IFileTarget> OpenAsync(string path, bool noClobber, bool force, UnixFileMode? mode, CancellationToken cancellationToken) =>
        FileStatus.Of(path).Kind switch
        {
            FileKind.Stream => new StreamTarget(path, await StreamFile.OpenAsync(path, FileAccess.Write, cancellationToken).ConfigureAwait(false)),
            FileKind.Other => throw new IOException($"'{path}' is a disk or a socket. Specify a file or a pipe."),
            _ => new AtomicFile(path, noClobber, force, mode),
        };
}
