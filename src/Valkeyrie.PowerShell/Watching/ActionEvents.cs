using System.Management.Automation;

namespace Valkeyrie.PowerShell.Watching;

/// <summary>The events of a subscription with an action, one after the other: the next one is raised when the action has run.</summary>
/// <remarks>The session's queue of actions has no bound. And an action that calls Unregister-Event waits forever if another event of its subscription is in that queue.</remarks>
/// <param name="source">The watch.</param>
/// <param name="name">The name of the subscription.</param>
/// <param name="messageData">The user's object for the action.</param>
/// <param name="events">The session's events.</param>
/// <param name="errorOf">Creates the error record of a failure.</param>
/// <param name="ahead">How many events are read ahead while the action runs. With none, all changes of that time become one event with -Debounce.</param>
// The semaphore holds nothing that needs a release, and the session may signal it after the watch has ended.
#pragma warning disable CA1001
internal sealed class ActionEvents(
    KvWatchSource source, string name, PSObject? messageData, PSEventManager events, Func<KvException, ErrorRecord> errorOf, int ahead) : IWatchEvents
#pragma warning restore CA1001
{
    /// <summary>The most events that wait for the action. PowerShell, busy with a script, looks for the next one as soon as an action has run, and then not for a while.</summary>
    public const int MostAhead = 100;

    private readonly object _lock = new();
    private readonly Queue<KvEvent[]> _waiting = new();
    private readonly SemaphoreSlim _room = new(ahead);
    private bool _isRunning;
    private bool _isRaising;
    private KvException? _error;

    /// <summary>Begins to look after the job of the action.</summary>
    /// <param name="job">The job.</param>
    public void Attach(PSEventJob job) =>

        // PowerShell runs a failed job for no further event.
        job.StateChanged += (_, e) =>
        {
            if (e.JobStateInfo.State == JobState.Failed)
            {
                source.End();
            }
        };

    /// <summary>Gets the error that ends the job, once the watch has failed.</summary>
    public ErrorRecord Failure() => errorOf(_error!);

    /// <summary>Takes note that the action has run.</summary>
    public void HasRun()
    {
        bool isRaising;
        lock (_lock)
        {
            _isRunning = false;
            isRaising = _isRaising;
        }

        _room.Release();

        // The thread that raises an event in an idle session runs the action itself, and goes on with the next event.
        if (!isRaising)
        {
            RaiseWaiting();
        }
    }

    public async ValueTask RaiseAsync(KvEvent[] changes)
    {
        lock (_lock)
        {
            _waiting.Enqueue(changes);
            _isRaising = true;
        }

        RaiseWaiting();
        await _room.WaitAsync(source.Ending).ConfigureAwait(false);
    }

    // The action reacts to changes, perhaps by restarting a service, so it is not run for a failure: its job ends with the error instead. Receive-Job shows only
    // errors that the job itself recorded while it ran.
    public async ValueTask FailAsync(KvException error)
    {
        for (var i = 0; i < ahead; i++)
        {
            await _room.WaitAsync(source.Ending).ConfigureAwait(false);
        }

        _error = error;
        source.Raise(events, name, messageData, [], error);

        // The end of the job is the end of the watch.
        await Task.Delay(Timeout.Infinite, source.Ending).ConfigureAwait(false);
    }

    private void RaiseWaiting()
    {
        while (Next() is { } changes)
        {
            source.Raise(events, name, messageData, changes, null);
        }
    }

    private KvEvent[]? Next()
    {
        lock (_lock)
        {
            if (_isRunning || !_waiting.TryDequeue(out var changes))
            {
                _isRaising = false;
                return null;
            }

            _isRunning = true;
            return changes;
        }
    }
}
