using System.Management.Automation;
using Valkeyrie.Engine;

namespace Valkeyrie.PowerShell.Files;

/// <summary>The output file that a parameter names.</summary>
internal static class FileTarget
{
    /// <summary>Gets the full path of the file that a parameter names.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="path">The argument: a path of PowerShell, read literally.</param>
    /// <exception cref="KvInvalidArgumentException">The path is not the path of a file.</exception>
    public static string PathOf(PSCmdlet cmdlet, string path) => PathOf(cmdlet.SessionState.Path, path);

    /// <summary>Gets the full path of the file that a parameter names.</summary>
    /// <param name="paths">Resolves PowerShell's paths.</param>
    /// <param name="path">The argument: a path of PowerShell, read literally.</param>
    /// <exception cref="KvInvalidArgumentException">The path is not the path of a file.</exception>
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

    /// <summary>Opens the target: a file is replaced when the new one is complete; a pipe or a device is written directly.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="noClobber">True to refuse an existing file.</param>
    /// <param name="force">True to replace a read-only file.</param>
    /// <param name="ownerOnly">True to deny other users access to a new file; otherwise the default of the system applies.</param>
    /// <param name="cancellationToken">Ends the wait for the reader of a pipe.</param>
    /// <exception cref="IOException">The file exists and must not be replaced, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not write the file.</exception>
    public static async ValueTask<IFileTarget> OpenAsync(string path, bool noClobber, bool force, bool ownerOnly, CancellationToken cancellationToken) =>
        FileStatus.Of(path).Kind switch
        {
            FileKind.Stream => new StreamTarget(path, await StreamFile.OpenAsync(path, FileAccess.Write, cancellationToken).ConfigureAwait(false)),
            FileKind.Other => throw new IOException($"'{path}' is a disk or a socket. Specify a file or a pipe."),
            _ => new AtomicFile(path, noClobber, force, ownerOnly),
        };
}
