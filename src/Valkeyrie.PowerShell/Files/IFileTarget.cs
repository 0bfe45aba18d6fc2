namespace Valkeyrie.PowerShell.Files;

/// <summary>Where a file is written to. Without <see cref="Commit"/> what was there stays, where there is such a thing.</summary>
internal interface IFileTarget : IDisposable
{
    /// <summary>Writes.</summary>
    /// <param name="write">Writes to the stream that it receives.</param>
    /// <exception cref="IOException">The disk is full, or nobody reads the pipe any more. It names the file that was asked for.</exception>
    void Write(Action<Stream> write);

    /// <summary>Ends the file, now whole.</summary>
    /// <exception cref="IOException">The file exists and must not be replaced, or on Windows another program has it open and keeps it so.</exception>
    void Commit();
}
