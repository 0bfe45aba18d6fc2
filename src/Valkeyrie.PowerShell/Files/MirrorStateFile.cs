using System.Text;

namespace Valkeyrie.PowerShell.Files;

/// <summary>The file that a mirror's state lies in. It is replaced as a whole, so that a process that is killed leaves the last state or the one before.</summary>
/// <param name="path">Its full path.</param>
internal sealed class MirrorStateFile(string path)
{
    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Reads the state.</summary>
    /// <returns>The state; null where there is no file yet.</returns>
    /// <exception cref="InvalidDataException">The file holds something else.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    public KvTreeMirrorState? Read()
    {
        if (!Directory.Exists(path) && !File.Exists(path))
        {
            return null;
        }

        try
        {
            return KvTreeMirrorState.Parse(File.ReadAllText(path));
        }
        catch (KvInvalidArgumentException e)
        {
            throw new InvalidDataException($"The file '{path}' cannot be used: {e.Message} Specify another file, or remove this one to start with a comparison.", e);
        }
    }

    /// <summary>Writes the state.</summary>
    /// <param name="state">The state.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public ValueTask WriteAsync(KvTreeMirrorState state)
    {
        // It names the newest key of the source.
        using var file = new AtomicFile(path, ownerOnly: true);
        file.Write(stream => stream.Write(Encoding.UTF8.GetBytes(state.ToJson())));
        file.Commit();
        return ValueTask.CompletedTask;
    }
}
