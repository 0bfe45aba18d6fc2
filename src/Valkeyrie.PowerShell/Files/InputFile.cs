using Microsoft.Win32.SafeHandles;

namespace Valkeyrie.PowerShell.Files;

/// <summary>A file that can be read several times with the same content: it is opened once, and each repeated reading is compared with the first one.</summary>
/// <remarks>A source that can be read only once (a pipe, a terminal) is copied to a temporary file, which no one else can open and which is deleted with the
/// process.</remarks>
internal sealed class InputFile : IDisposable
{
    /// <summary>The default limit for copying a source that is not a regular file: 1 GiB.</summary>
    public const long MostToCopy = 1L << 30;

    private readonly string _path;
    private readonly SafeFileHandle _handle;
    private readonly BlockDigests _digests = new();

    private InputFile(string path, SafeFileHandle handle)
    {
        _path = path;
        _handle = handle;
    }

    /// <summary>Opens a file.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="mostToCopy">The maximum number of bytes to copy from a source that is not a regular file.</param>
    /// <param name="cancellationToken">Ends the wait for the writer of a named pipe, and for the bytes of a pipe.</param>
    /// <exception cref="IOException">The file cannot be opened or read, or it is not a regular file and exceeds the limit.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not read the file, or it is a folder.</exception>
    public static async Task<InputFile> OpenAsync(string path, long mostToCopy, CancellationToken cancellationToken)
    {
        switch (FileStatus.Of(path).Kind)
        {
            case FileKind.Folder:
                throw new UnauthorizedAccessException($"'{path}' is a folder. Specify a file in it.");
            case FileKind.Other:
                throw new IOException($"'{path}' is a disk or a socket. Specify a file or a pipe.");
            case FileKind.Stream:
                var source = await StreamFile.OpenAsync(path, FileAccess.Read, cancellationToken).ConfigureAwait(false);
                await using (source.ConfigureAwait(false))
                {
                    return new(path, await CopyAsync(source, path, mostToCopy, cancellationToken).ConfigureAwait(false));
                }

            default:
                return new(path, File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete));
        }
    }

    /// <summary>Opens the bytes of the file from the beginning.</summary>
    /// <remarks>Reading throws an <see cref="InvalidDataException"/> if bytes that were read before have changed.</remarks>
    public Stream Read() => new BlockStream(_handle, (number, block) =>
    {
        if (!_digests.Admit(number, block))
        {
            throw new InvalidDataException($"The file '{_path}' was changed while it was read.");
        }
    });

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static async Task<SafeFileHandle> CopyAsync(Stream source, string path, long mostToCopy, CancellationToken cancellationToken)
    {
        var copy = TemporaryFile.Open();
        try
        {
            var buffer = new byte[BlockStream.BlockSize];
            var length = 0L;
            while (await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                if (length + count > mostToCopy)
                {
                    throw new IOException($"'{path}' is not a regular file and contains more than {mostToCopy >> 20} MiB. Save the content to a file, and specify the file.");
                }

                await RandomAccess.WriteAsync(copy, buffer.AsMemory(0, count), length, cancellationToken).ConfigureAwait(false);
                length += count;
            }

            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }
}
