namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Reads the records of a file in one format, a few at a time.</summary>
internal interface ITreeFormat
{
    /// <summary>Reads the records of a file.</summary>
    /// <param name="text">The file, as UTF-8 without a byte order mark.</param>
    /// <param name="largestValue">The most bytes that a value may have; null for no limit. It bounds the memory that one record takes, and the record is refused
    /// by its length before its value is decoded.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FormatException">The file is not of this format, or not whole. Thrown for the record behind the last one that was read, unless it is a
    /// <see cref="TreeFormatException"/>, which says itself where.</exception>
    IAsyncEnumerable<TreeRecord> ReadAsync(Stream text, long? largestValue, CancellationToken cancellationToken);
}

/// <summary>A format that is written as well.</summary>
internal interface IWritableTreeFormat : ITreeFormat
{
    /// <summary>Begins a file.</summary>
    /// <param name="stream">The file.</param>
    ITreeWriter Begin(Stream stream);
}

/// <summary>Writes pairs, in key order.</summary>
internal interface ITreeWriter
{
    /// <summary>Writes a pair.</summary>
    /// <param name="key">Its key, relative to the tree.</param>
    /// <param name="value">Its value.</param>
    void Write(string key, byte[] value);

    /// <summary>Writes what the file ends with, and all that is still held in memory.</summary>
    void End();
}
