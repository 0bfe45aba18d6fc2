namespace Valkeyrie.Tests.Rigs;

/// <summary>A mirror that runs in the background.</summary>
internal sealed class RunningMirror : IAsyncDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly KvTreeMirror _mirror;

    public RunningMirror(KvTreeMirror mirror)
    {
        _mirror = mirror;
        Run = Task.Run(() => mirror.RunAsync(_ended.Token));
    }

    /// <summary>The mirror's whole run.</summary>
    public Task<KvTreeMirrorStatus> Run { get; }

    /// <summary>Its latest status.</summary>
    public KvTreeMirrorStatus Status => _mirror.Status;

    /// <summary>Ends it, as Ctrl+C does.</summary>
    public async Task<KvTreeMirrorStatus> EndAsync()
    {
        await _ended.CancelAsync();
        return await Run.WaitAsync(Patience.Limit);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await ((Task)Run).WaitAsync(Patience.Limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }
}
