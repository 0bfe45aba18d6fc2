namespace Valkeyrie.PowerShell.Files;

/// <summary>A pipe or a device as a target: bytes are written directly, and cannot be replaced.</summary>
/// <param name="path">Its full path.</param>
/// <param name="file">The open file.</param>
internal sealed class StreamTarget(string path, StreamFile file) : IFileTarget
{
    /// <inheritdoc/>
    public void Write(Action<Stream> write)
    {
        try
        {
            write(file);
        }
        catch (IOException e)
        {
            throw new IOException($"'{path}' cannot be written to: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Commit()
    {
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
