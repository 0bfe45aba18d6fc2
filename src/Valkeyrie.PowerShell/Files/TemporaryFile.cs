using Microsoft.Win32.SafeHandles;
using Valkeyrie.Engine;

namespace Valkeyrie.PowerShell.Files;

/// <summary>A file that is reachable only by its handle. It is deleted when the handle is closed or the process ends.</summary>
internal static class TemporaryFile
{
    /// <summary>Opens a new, empty file in the folder for temporary files, for reading and writing.</summary>
    /// <exception cref="IOException">The file cannot be created there.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not write to the folder.</exception>
    public static SafeFileHandle Open()
    {
        var path = Path.Combine(Path.GetTempPath(), $"valkeyrie-{Guid.NewGuid():n}.tmp");
        if (OperatingSystem.IsWindows())
        {
            return OwnerOnly.Create(path, options: FileOptions.DeleteOnClose).SafeFileHandle;
        }

        // On Unix an open file can exist without a name, and only a stream sets its mode when it creates the file.
        using var made = OwnerOnly.Create(path, share: FileShare.ReadWrite | FileShare.Delete);
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
