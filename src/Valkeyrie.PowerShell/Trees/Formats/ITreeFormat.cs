namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Reads the records of a file in one format, a few at a time.</summary>
internal interface ITreeFormat
{
    /// <summary>Reads the records of a file.</summary>
    /// <param name="text">The file, as UTF-8 without a byte order mark.</param>
    /// <param name="largestValue">The maximum size of a value in bytes; null for no limit. It limits the memory for one record: a record is refused
    /// by its length before its value is decoded.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FormatException">The file does not have this format, or is incomplete. The error concerns the record after the last one returned,
    /// unless it is a
    /// <see cref="TreeFormatException"/>, which contains its own position.</exception>
    IAsyncEnumerable<TreeRecord> ReadAsync(Stream text, long? largestValue, CancellationToken cancellationToken);
}

/// <summary>A format that can also be written.</summary>
internal interface IWritableTreeFormat : ITreeFormat
{
    /// <summary>Begins a file.</summary>
    /// <param name="stream">The file.</param>
    ITreeWriter Begin(Stream stream);
}

/// <summary>Writes pairs in key order.</summary>
internal interface ITreeWriter
{
    /// <summary>Writes a pair.</summary>
    /// <param name="key">Its key, relative to the tree.</param>
    /// <param name="value">Its value.</param>
    void Write(string key, byte[] value);

    /// <summary>Writes the end of the file and all parts that are still in memory.</summary>
    void End();
}
