using System.Management.Automation;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The base of all cmdlets: Ctrl+C ends their asynchronous work, and their failures become error records.</summary>
public abstract partial class KvCmdlet : VisibleCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Initializes the wait.</summary>
    protected KvCmdlet() => Blocking = new BlockingWait(_stopping.Token);

    /// <summary>Fires when the pipeline is stopped or has ended early.</summary>
    protected CancellationToken StopToken => _stopping.Token;

    private protected BlockingWait Blocking { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the running work. PowerShell also disposes a cmdlet, without stopping it, when a later command needs no more input.</summary>
    /// <param name="disposing">True if <see cref="Dispose()"/> is the caller.</param>
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
            // The command was stopped at the moment of its own end.
        }
    }

    /// <summary>Waits for work on the pipeline's thread.</summary>
    /// <param name="work">The work.</param>
    /// <exception cref="PipelineStoppedException">The pipeline was stopped first. The work then ends by its own token.</exception>
    protected T Wait<T>(ValueTask<T> work) => Blocking.For(work);

    /// <inheritdoc cref="Wait{T}"/>
    protected void Wait(ValueTask work) => Blocking.For(work);

    /// <summary>Waits until a task has ended, with or without an error.</summary>
    /// <param name="task">The task.</param>
    /// <exception cref="PipelineStoppedException">The pipeline was stopped first.</exception>
    protected void WaitFor(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        Blocking.ForEnd(task);
    }

    /// <summary>Gets the result of a completed task.</summary>
    /// <param name="task">The task.</param>
    protected T Result<T>(Task<T> task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return Blocking.Result(task);
    }

    /// <summary>Reads a stream on the pipeline's thread.</summary>
    /// <param name="stream">The stream. It ends early with the enumeration, or when the pipeline is stopped.</param>
    protected IEnumerable<T> Enumerate<T>(IAsyncEnumerable<T> stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Blocking.Enumerate(stream);
    }

    /// <summary>Gets the store of a command without -Store.</summary>
    /// <exception cref="KvException">(<see cref="KvErrorCode.NoCurrentStore"/>) No store is current.</exception>
    private protected IKvStore FindCurrentStore() => CurrentStore.Get(() => Connect(DefaultStore.Open(), DefaultStore.Name), WriteWarning);

    /// <summary>Checks that a store works, and closes it if it does not.</summary>
    /// <param name="store">The newly opened store.</param>
    /// <param name="name">The name of the store.</param>
    /// <param name="apiVersion">The version of etcd's API; null for other stores.</param>
    private protected KvConnection Connect(IKvStore store, string name, int? apiVersion = null) =>
        CheckedConnection.Of(store, name, apiVersion, Blocking, WriteVerbose, WriteWarning, StopToken);
}
