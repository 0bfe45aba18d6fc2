namespace Valkeyrie.PowerShell.Files;

/// <summary>A file as one value.</summary>
internal static class FileContent
{
    /// <summary>Reads all of a file, byte by byte as it is; also what comes out of a pipe.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="most">The most bytes that a value can have; null where there is no limit.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="KvInvalidArgumentException">It has more. No more of it is read.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a folder.</exception>
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
