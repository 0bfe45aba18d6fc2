namespace Valkeyrie.PowerShell.Files;

/// <summary>The target of a file's content. Without <see cref="Commit"/> an existing file is unchanged.</summary>
internal interface IFileTarget : IDisposable
{
    /// <summary>Writes content.</summary>
    /// <param name="write">Writes to the stream that it receives.</param>
    /// <exception cref="IOException">The disk is full, or the reader of the pipe is gone. The error names the requested file.</exception>
    void Write(Action<Stream> write);

    /// <summary>Completes the file.</summary>
    /// <exception cref="IOException">The file exists and must not be replaced, or on Windows another program keeps it open.</exception>
    void Commit();
}
