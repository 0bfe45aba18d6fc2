using System.Management.Automation;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>A cmdlet whose asynchronous work ends with Ctrl+C, and whose failures become error records.</summary>
public abstract partial class KvCmdlet : VisibleCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Prepares the wait.</summary>
    protected KvCmdlet() => Blocking = new BlockingWait(_stopping.Token);

    /// <summary>Fires when the pipeline is being stopped, or has ended early.</summary>
    protected CancellationToken StopToken => _stopping.Token;

    private protected BlockingWait Blocking { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what still runs: PowerShell disposes a cmdlet also when a later one has enough, without stopping it first.</summary>
    /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stopping.Cancel();
            _stopping.Dispose();
            _calls?.Dispose();
        }
    }

    /// <inheritdoc/>
    protected sealed override void StopProcessing()
    {
        try
        {
            _stopping.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Stopped in the moment in which it had ended by itself.
        }
    }

    /// <summary>Waits for work on the pipeline's thread.</summary>
    /// <param name="work">The work.</param>
    /// <exception cref="PipelineStoppedException">The pipeline was stopped first; the work is left to end by its own token.</exception>
    protected T Wait<T>(ValueTask<T> work) => Blocking.For(work);

    /// <inheritdoc cref="Wait{T}"/>
    protected void Wait(ValueTask work) => Blocking.For(work);

    /// <summary>Waits until a task has ended, however it ended.</summary>
    /// <param name="task">The task.</param>
    /// <exception cref="PipelineStoppedException">The pipeline was stopped first.</exception>
    protected void WaitFor(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        Blocking.ForEnd(task);
    }

    /// <summary>The result of a task that has ended.</summary>
    /// <param name="task">The task.</param>
    protected T Result<T>(Task<T> task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return Blocking.Result(task);
    }

    /// <summary>Reads a stream on the pipeline's thread.</summary>
    /// <param name="stream">The stream; it ends early with the enumeration, or when the pipeline is stopped.</param>
    protected IEnumerable<T> Enumerate<T>(IAsyncEnumerable<T> stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Blocking.Enumerate(stream);
    }

    /// <summary>The store that a command works on when none is named.</summary>
    /// <exception cref="KvException">(<see cref="KvErrorCode.NoCurrentStore"/>) There is none.</exception>
    private protected IKvStore FindCurrentStore() => CurrentStore.Get(() => Connect(DefaultStore.Open(), DefaultStore.Name), WriteWarning);

    /// <summary>Sees that a store works, and closes it if it does not.</summary>
    /// <param name="store">The store, just opened.</param>
    /// <param name="name">The name for it.</param>
    /// <param name="apiVersion">The version of etcd's API; null for another kind of store.</param>
    private protected KvConnection Connect(IKvStore store, string name, int? apiVersion = null) =>
        CheckedConnection.Of(store, name, apiVersion, Blocking, WriteVerbose, WriteWarning, StopToken);
}
