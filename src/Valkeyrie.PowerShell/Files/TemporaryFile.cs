using Microsoft.Win32.SafeHandles;
using Valkeyrie.Engine;

namespace Valkeyrie.PowerShell.Files;

/// <summary>A file that only its handle leads to: it is gone when that is closed, also by the end of the process.</summary>
internal static class TemporaryFile
{
    /// <summary>Opens a new, empty one in the folder for temporary files, for reading and writing.</summary>
    /// <exception cref="IOException">It cannot be made there.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written to.</exception>
    public static SafeFileHandle Open()
    {
        var path = Path.Combine(Path.GetTempPath(), $"valkeyrie-{Guid.NewGuid():n}.tmp");
        if (OperatingSystem.IsWindows())
        {
            return OwnerOnly.Create(path, options: FileOptions.DeleteOnClose).SafeFileHandle;
        }

        // On Unix a file lives on without a name for as long as somebody has it open, and only a stream sets its mode as it is made.
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
