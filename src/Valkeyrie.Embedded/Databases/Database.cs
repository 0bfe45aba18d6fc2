using Valkeyrie.Embedded.Storage;
using Valkeyrie.Embedded.Writing;

namespace Valkeyrie.Embedded.Databases;

/// <summary>An open database: how to read it and how to write it.</summary>
internal abstract class Database : IDisposable
{
    private protected Database(Writer writer) => Writer = writer;

    /// <summary>Called after each commit of this process, on the thread that made it.</summary>
    public Action Committed { get; set; } = static () => { };

    /// <summary>True if other processes may write, too.</summary>
    public abstract bool IsShared { get; }

    /// <summary>Where there is room for a copy.</summary>
    public abstract string FolderForCopies { get; }

    private protected Writer Writer { get; }

    /// <summary>The time by which leases end, in milliseconds since 1970, UTC.</summary>
    public long Now => Writer.Now;

    /// <summary>When the next lease ends, as far as is known; see <see cref="Writer.NextDeadline"/>.</summary>
    public long NextDeadline => Writer.NextDeadline;

    /// <summary>Looks when the next lease ends.</summary>
    public void LookForDeadline() => Read(Writer, static (reader, writer) =>
    {
        writer.LookForDeadline(reader);
        return true;
    });

    /// <inheritdoc cref="Writer.PutOffDeadline"/>
    public void PutOffDeadline(TimeSpan pause) => Writer.PutOffDeadline(pause);

    /// <summary>Reads on the caller's thread.</summary>
    public abstract T Read<TState, T>(TState state, Func<PairReader, TState, T> read);

    /// <summary>Writes; the task ends when what was written is as durable as the store makes it.</summary>
    public abstract Task<T> WriteAsync<TState, T>(TState state, Func<PairWriter, TState, T> work, CancellationToken cancellationToken);

    public abstract void Dispose();
}
