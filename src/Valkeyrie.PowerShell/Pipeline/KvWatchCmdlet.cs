using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The base of cmdlets that watch ranges of keys until they are stopped, the timeout expires, or a later command needs no more input.</summary>
public abstract class KvWatchCmdlet : KvFollowCmdlet
{
    private readonly List<KvRange> _ranges = [];
    private readonly HashSet<Watch> _away = [];
    /// <summary>Omit the pairs that exist when the watch begins.</summary>
    [Parameter]
    public SwitchParameter ChangesOnly { get; set; }

    /// <summary>Replay every change from this revision on, without the existing pairs.</summary>
    [Parameter]
    public long FromRevision { get; set; }

    /// <summary>Include the previous value in each event.</summary>
    [Parameter]
    public SwitchParameter PreviousValue { get; set; }

    /// <summary>If changes are no longer available, or the store now has another history, continue with a new listing after a Resync event, instead of
    /// ending with an error.</summary>
    [Parameter]
    public SwitchParameter Resynchronize { get; set; }

    /// <summary>Adds a range to the ranges that are watched after the end of the input.</summary>
    /// <param name="argument">The range.</param>
    private protected void Follow(RangeArgument argument) => ReportErrors(argument, () => _ranges.Add(argument.Range));

    /// <inheritdoc/>
    protected override void Complete()
    {
        var ending = BeginToFollow();
        var options = new KvWatchOptions
        {
            ChangesOnly = ChangesOnly,
            FromRevision = OptionalNumber.Of(FromRevision),
            PreviousValue = PreviousValue,
            Resynchronize = Resynchronize,
            Outages = true,
        };
        var watches = _ranges.ConvertAll(range => new Watch(range, Target.WatchTreeAsync(range, options, ending.Token).GetAsyncEnumerator(ending.Token)));
        try
        {
            WriteEvents([.. watches]);
        }
        finally
        {
            // This ends waiting enumerations; one whose next event is available is disposed explicitly.
            ending.Cancel();
            foreach (var watch in watches)
            {
                watch.Close();
            }
        }
    }

    private void WriteEvents(List<Watch> watches)
    {
        while (watches.Count > 0)
        {
            var next = watches.Find(w => w.Next.IsCompleted);
            if (next is null)
            {
                WaitFor(watches.Count == 1 ? watches[0].Next : Task.WhenAny(watches.Select(w => w.Next)));
                continue;
            }

            KvEvent? change = null;
            ReportErrors(next.Range.Text, () => change = next.TakeNext());
            if (change is { Type: KvEventType.Outage or KvEventType.Resumed } && !IncludeOutage)
            {
                WarnOnce(next, change);
            }
            else if (change is not null)
            {
                FlushSignal.Write(flush: !watches.Exists(w => w.Next.IsCompleted), () => WriteObject(change));
            }
            else if (StopToken.IsCancellationRequested)
            {
                throw new PipelineStoppedException();
            }
            else
            {
                watches.Remove(next);
                _away.Remove(next);
            }
        }
    }

    /// <summary>Warns of an outage and of its end, once for all watched ranges.</summary>
    private void WarnOnce(Watch watch, KvEvent change)
    {
        if (change.Type == KvEventType.Outage)
        {
            if (_away.Add(watch) && _away.Count == 1)
            {
                WarnOfOutage(change.Error);
            }
        }
        else if (_away.Remove(watch) && _away.Count == 0)
        {
            WarnOfReturn();
        }
    }

    /// <summary>One watched range. It already fetches the next event while one is written.</summary>
    private sealed class Watch
    {
        private readonly IAsyncEnumerator<KvEvent> _events;

        public Watch(KvRange range, IAsyncEnumerator<KvEvent> events)
        {
            Range = range;
            _events = events;
            Next = events.MoveNextAsync().AsTask();
        }

        public KvRange Range { get; }

        public Task<bool> Next { get; private set; }

        /// <summary>Takes the fetched event; null at the end.</summary>
        public KvEvent? TakeNext()
        {
            try
            {
                if (!Next.GetAwaiter().GetResult())
                {
                    return null;
                }
            }
            catch (OperationCanceledException)
            {
                return null;
            }

            var change = _events.Current;
            Next = _events.MoveNextAsync().AsTask();
            return change;
        }

        public void Close()
        {
            if (Next.IsCompleted)
            {
                _ = _events.DisposeAsync().AsTask();
            }
        }
    }
}
