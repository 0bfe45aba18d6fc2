namespace Valkeyrie.PowerShell.Files;

/// <summary>A file as one value.</summary>
internal static class FileContent
{
    /// <summary>Reads all bytes of a file, or of a pipe.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="most">The maximum size of a value in bytes; null for no limit.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="KvInvalidArgumentException">The file is larger. The rest is not read.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not read the file, or it is a folder.</exception>
    public static async Task<byte[]> ReadAsync(string path, long? most, CancellationToken cancellationToken)
    {
        var limit = Math.Min(most ?? long.MaxValue, Array.MaxLength);
        if (new FileInfo(path) is { Exists: true } file && file.Length > limit)
        {
            throw TooLarge(path, limit);
        }

        using var input = await InputFile.OpenAsync(path, InputFile.MostToCopy, cancellationToken).ConfigureAwait(false);
        var stream = input.Read();
        await using var _ = stream.ConfigureAwait(false);
        using var content = new MemoryStream();
        var buffer = new byte[BlockStream.BlockSize];
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
        {
            if (content.Length + count > limit)
            {
                throw TooLarge(path, limit);
            }

            content.Write(buffer, 0, count);
        }

        return content.ToArray();
    }

    private static KvInvalidArgumentException TooLarge(string path, long limit) =>
        new($"The file '{path}' is larger than the {limit} bytes that a value can have in this store. Keep the file elsewhere and store its location.");
}
