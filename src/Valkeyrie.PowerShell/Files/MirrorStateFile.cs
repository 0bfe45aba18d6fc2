using System.Text;

namespace Valkeyrie.PowerShell.Files;

/// <summary>The file with the state of a mirror. It is replaced as a whole, so a killed process leaves the last state or the one before.</summary>
/// <param name="path">Its full path.</param>
internal sealed class MirrorStateFile(string path)
{
    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Reads the state.</summary>
    /// <returns>The state; null if the file does not exist yet.</returns>
    /// <exception cref="InvalidDataException">The content of the file is not such a state.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not read the file, or it is a folder.</exception>
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
    /// <exception cref="UnauthorizedAccessException">The user may not write the file.</exception>
    public ValueTask WriteAsync(KvTreeMirrorState state)
    {
        // The state contains the newest key of the source.
        using var file = new AtomicFile(path, ownerOnly: true);
        file.Write(stream => stream.Write(Encoding.UTF8.GetBytes(state.ToJson())));
        file.Commit();
        return ValueTask.CompletedTask;
    }
}
