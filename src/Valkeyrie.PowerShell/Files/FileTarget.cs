using System.Management.Automation;
using Valkeyrie.Engine;

namespace Valkeyrie.PowerShell.Files;

/// <summary>A file to be written, as a parameter names it.</summary>
internal static class FileTarget
{
    /// <summary>The full path of the file that a parameter names.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="path">What was specified: a path of PowerShell's, taken as it is.</param>
    /// <exception cref="KvInvalidArgumentException">The path is not one of a file.</exception>
    public static string PathOf(PSCmdlet cmdlet, string path) => PathOf(cmdlet.SessionState.Path, path);

    /// <summary>The full path of the file that a parameter names.</summary>
    /// <param name="paths">Resolves PowerShell's paths.</param>
    /// <param name="path">What was specified: a path of PowerShell's, taken as it is.</param>
    /// <exception cref="KvInvalidArgumentException">The path is not one of a file.</exception>
    public static string PathOf(PathIntrinsics paths, string path)
    {
        var full = paths.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        if (provider.Name != "FileSystem")
        {
            throw new KvInvalidArgumentException($"'{path}' leads to PowerShell's {provider.Name}, not to a file. Specify the full path of a file.");
        }

        return OperatingSystem.IsWindows() && WindowsPath.FaultIn(Path.GetFullPath(full)) is { } fault
            ? throw new KvInvalidArgumentException($"'{path}' {fault}. Specify the path of a file.")
            : full;
    }

    /// <summary>Where to write the file: in its place once it is whole, or as it comes where that is a pipe or a device.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="noClobber">True to refuse a file that exists.</param>
    /// <param name="force">True to replace a file that is marked as read-only.</param>
    /// <param name="ownerOnly">True to close a new file to other users; otherwise the system's default holds.</param>
    /// <param name="cancellationToken">Ends the wait for whoever reads a pipe.</param>
    /// <exception cref="IOException">The file exists and must not be replaced, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static async ValueTask<IFileTarget> OpenAsync(string path, bool noClobber, bool force, bool ownerOnly, CancellationToken cancellationToken) =>
        FileStatus.Of(path).Kind switch
        {
            FileKind.Stream => new StreamTarget(path, await StreamFile.OpenAsync(path, FileAccess.Write, cancellationToken).ConfigureAwait(false)),
            FileKind.Other => throw new IOException($"'{path}' is a disk or a socket. Specify a file or a pipe."),
            _ => new AtomicFile(path, noClobber, force, ownerOnly),
        };
}
