namespace Valkeyrie.Engine;

/// <summary>The store on a narrow <see cref="IRevisionedEngine"/>, which implements the whole contract once for etcd v3 and the embedded store.</summary>
public sealed partial class RevisionedStore : IKvStore
{
    private static readonly KvWatchOptions FromNow = new();
    private static readonly KvLockOptions PlainLock = new();

    private readonly IRevisionedEngine _engine;
    private readonly LeaseRenewer _renewer;
    private readonly LeasedMutex _mutex;
    private readonly StoreLifetime _lifetime;

    /// <summary>Creates the store.</summary>
    /// <param name="engine">The engine, which is closed together with the store.</param>
    public RevisionedStore(IRevisionedEngine engine)
    {
        _engine = engine;
        _lifetime = new StoreLifetime(engine.Info.Address);
        _renewer = new LeaseRenewer(engine);
        _mutex = new LeasedMutex(engine, _renewer);
    }

    // An explicit implementation, so that serializing the object a few levels deep does not reach its internals.
    KvStoreInfo IKvStore.Info => Info;

    private KvStoreInfo Info => _engine.Info;

    /// <inheritdoc/>
    public ValueTask<KvServerStatus> PingAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        return _engine.PingAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<KvEvent> WatchAsync(string key, KvWatchOptions? options = null, CancellationToken cancellationToken = default) =>
        WatchTreeAsync(KvRange.Key(key), options, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<KvEvent> WatchTreeAsync(KvRange range, KvWatchOptions? options = null, CancellationToken cancellationToken = default) =>
        _lifetime.ReadAsync(
            token =>
            {
                ArgumentNullException.ThrowIfNull(range);
                var watch = options ?? FromNow;
                OptionRules.CheckWatch(watch);
                return ExistingThenChanges.WatchAsync(_engine, range, watch, token);
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<KvLock> LockAsync(string key, KvLockOptions? options = null, CancellationToken cancellationToken = default) =>
        _lifetime.CallAsync<KvLock>(
            async token =>
            {
                KeyRules.Check(key);
                options ??= PlainLock;
                OptionRules.RequireForm(key, options, Info, KvLockForm.Beside, KvLockForm.EtcdMutex);
                return await _mutex.WinAsync(LockContest.Of(key, options), token).ConfigureAwait(false);
            },
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!await _lifetime.TryCloseAsync().ConfigureAwait(false))
        {
            return;
        }

        await _mutex.DisposeAsync().ConfigureAwait(false);
        await _renewer.DisposeAsync().ConfigureAwait(false);
        await _engine.DisposeAsync().ConfigureAwait(false);
    }

    private void ThrowIfClosed() => _lifetime.ThrowIfClosed();
}
