using Valkeyrie.Embedded.Storage;
using Valkeyrie.Embedded.Writing;

namespace Valkeyrie.Embedded.Databases;

/// <summary>An open database, for reading and writing.</summary>
internal abstract class Database : IDisposable
{
    private protected Database(Writer writer) => Writer = writer;

    /// <summary>Called after each commit of this process, on the committing thread.</summary>
    public Action Committed { get; set; } = static () => { };

    /// <summary>True if other processes can write to the database.</summary>
    public abstract bool IsShared { get; }

    /// <summary>The folder for temporary copies.</summary>
    public abstract string FolderForCopies { get; }

    private protected Writer Writer { get; }

    /// <summary>The time of the leases' clock, in milliseconds since 1970, UTC.</summary>
    public long Now => Writer.Now;

    /// <summary>The time at which the next lease ends, as far as known; see <see cref="Writer.NextDeadline"/>.</summary>
    public long NextDeadline => Writer.NextDeadline;

    /// <summary>Reads the time at which the next lease ends.</summary>
    public void LookForDeadline() => Read(Writer, static (reader, writer) =>
    {
        writer.LookForDeadline(reader);
        return true;
    });

    /// <inheritdoc cref="Writer.PutOffDeadline"/>
    public void PutOffDeadline(TimeSpan pause) => Writer.PutOffDeadline(pause);

    /// <summary>Reads on the caller's thread.</summary>
    public abstract T Read<TState, T>(TState state, Func<PairReader, TState, T> read);

    /// <summary>Writes; the task completes when the change is as durable as the store makes it.</summary>
    public abstract Task<T> WriteAsync<TState, T>(TState state, Func<PairWriter, TState, T> work, CancellationToken cancellationToken);

    public abstract void Dispose();
}
