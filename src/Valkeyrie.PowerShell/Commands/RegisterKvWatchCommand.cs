using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Watching;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Subscribes to the changes of a directory, a prefix, a key, or the whole store, as Register-ObjectEvent does for the events of an object.</summary>
/// <remarks>The subscription reports every change after the end of the command. An action runs in the session while it waits for its next command or in
/// Wait-Event.</remarks>
[Cmdlet(VerbsLifecycle.Register, "KvWatch", DefaultParameterSetName = RangeArgument.PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(PSEventJob))]
public sealed class RegisterKvWatchCommand : KvStoreCmdlet
{
    private const string KeySet = "Key";

    /// <summary>The directory, which may be empty or missing. Default: all keys of the store.</summary>
    [Parameter(ParameterSetName = RangeArgument.PathSet, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [TextOf("Path")]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string? Path { get; set; }

    /// <summary>Watch all keys that start with this text.</summary>
    [Parameter(ParameterSetName = RangeArgument.PrefixSet, Mandatory = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string Prefix { get; set; } = "";

    /// <summary>Watch one key, which does not have to exist.</summary>
    [Parameter(ParameterSetName = KeySet, Mandatory = true)]
    [AllowEmptyString]
    [TextOf("Key")]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string Key { get; set; } = "";

    /// <summary>The script block to run for each event: <c>param($changes)</c>, or <c>$EventArgs.Changes</c>. Without it, events wait in the queue of Get-Event
    /// and Wait-Event.</summary>
    [Parameter(Position = 1)]
    [Alias("ScriptBlock")]
    [ValidateNotNull]
    public ScriptBlock? Action { get; set; }

    /// <summary>The name of the subscription, for Unregister-Event, Get-Event and Wait-Event. Default: a new GUID.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SourceIdentifier { get; set; }

    /// <summary>Raise one event for a group of changes, after nothing has changed for this time: a TimeSpan or seconds. Default: one event for each
    /// change.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Debounce { get; set; }

    /// <summary>The object that the action receives as <c>$Event.MessageData</c>.</summary>
    [Parameter]
    public PSObject? MessageData { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        if (Debounce <= TimeSpan.Zero || Debounce > TimeSpan.FromDays(1))
        {
            Fail(ErrorRecords.InvalidArgument($"-Debounce must be greater than zero and at most one day; it is {Debounce}."));
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == KeySet)
        {
            WarnOfWildcard(Key);
        }

        var argument = Argument();
        ReportErrors(argument, () => Subscribe(argument.Range));
    }

    private RangeArgument Argument() => ParameterSetName == KeySet
        ? new RangeArgument(Key, KvRange.Key)
        : RangeArgument.From(this, Path is null ? null : [Path], Prefix)?.Single() ?? RangeArgument.All;

    private void Subscribe(KvRange range)
    {
        var name = SourceIdentifier ?? $"{Guid.NewGuid()}";
        if (Events.GetEventSubscribers(name).Any())
        {
            throw new KvInvalidArgumentException($"A subscription named '{name}' already exists. Specify another -SourceIdentifier, or end the subscription: Unregister-Event '{name}'.");
        }

        if (!ShouldProcess($"{range} of {Target.Info.Address}", "Subscribe to changes"))
        {
            return;
        }

        var ending = new CancellationTokenSource();
        using (StopToken.Register(ending.Cancel))
        {
            var changes = Wait(Target.FollowAsync(range, ending.Token));
            var source = new KvWatchSource(Target, range, ending);
            if (Action is null)
            {
                var queue = new QueuedEvents(source, name, MessageData, Events);
                var queued = Events.SubscribeEvent(source, KvWatchSource.EventName, name, MessageData, (ScriptBlock?)null, supportEvent: false, forwardEvent: false);
                Follow(source, changes, queue, queued);
                return;
            }

            var ahead = Debounce is null ? ActionEvents.MostAhead : 0;
            var action = new ActionEvents(source, name, MessageData, Events, e => VisibleError.Of(ErrorRecords.From(e)), ahead);
            var subscriber = Events.SubscribeEvent(
                source, KvWatchSource.EventName, name, MessageData, WatchAction.Of(Action, action.HasRun, action.Failure), supportEvent: false, forwardEvent: false);
            action.Attach(subscriber.Action);
            Follow(source, changes, action, subscriber);
            WriteObject(subscriber.Action);
        }
    }

    private void Follow(KvWatchSource source, IAsyncEnumerable<KvEvent> changes, IWatchEvents receiver, PSEventSubscriber subscriber)
    {
        var (events, debounce) = (Events, Debounce);
        _ = Task.Run(() => WatchSubscription.RunAsync(source, changes, debounce, receiver, () => events.UnsubscribeEvent(subscriber)));
    }
}
