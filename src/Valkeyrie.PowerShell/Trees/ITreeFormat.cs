namespace Valkeyrie.PowerShell.Trees;

/// <summary>Writes and reads records in one format, a few at a time.</summary>
internal interface ITreeFormat
{
    /// <summary>Begins a file.</summary>
    /// <param name="stream">The file.</param>
    ITreeWriter Begin(Stream stream);

    /// <summary>Reads the records of a file.</summary>
    /// <param name="text">The file, as UTF-8 without a byte order mark.</param>
    /// <param name="largestValue">The most bytes that a value may have; null for no limit. It bounds the memory that one record takes, and the record is refused
    /// by its length before its value is decoded.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FormatException">The file is not of this format, or not whole. Thrown for the record behind the last one that was read.</exception>
    IAsyncEnumerable<TreeRecord> ReadAsync(Stream text, long? largestValue, CancellationToken cancellationToken);
}

/// <summary>Writes records to a file.</summary>
internal interface ITreeWriter
{
    /// <summary>Writes a record.</summary>
    /// <param name="record">The record; complete.</param>
    void Write(TreeRecord record);

    /// <summary>Writes what the file ends with, and all that is still held in memory.</summary>
    void End();
}
