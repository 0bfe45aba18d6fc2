namespace Valkeyrie;

/// <summary>Options of an update.</summary>
public sealed record KvUpdateOptions
{
    /// <summary>How often to try where none is specified: 100 times.</summary>
    public const int DefaultAttempts = 100;

    /// <summary>How often to try while others change the key in between, from 1. Default: <see cref="DefaultAttempts"/>.</summary>
    public int Attempts { get; init; } = DefaultAttempts;

    /// <summary>A new time to live; null (the default) for the one that the key has.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>True to refuse a key that does not exist. Default: false, which creates it.</summary>
    public bool MustExist { get; init; }
}

/// <summary>Changes a value by what it is, on any store: reads it, and writes what the caller made of it if nobody else wrote in between. Where somebody did, the caller
/// reads again.</summary>
/// <remarks>An object makes one update: <see cref="ReadAsync"/>, then <see cref="TryWriteAsync"/>, until that gives a pair. <see cref="KvUpdates"/> does both.</remarks>
public sealed class KvUpdate
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    private readonly IKvStore _store;
    private readonly string _key;
    private readonly KvUpdateOptions _options;
    private KvPair? _before;
    private int _attempts;

    /// <summary>Prepares an update.</summary>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="options">What else to do; null for the defaults.</param>
    /// <exception cref="KvInvalidArgumentException">The key breaks a rule, or there is to be no attempt.</exception>
    public KvUpdate(IKvStore store, string key, KvUpdateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        KeyRules.Check(key);
        _store = store;
        _key = key;
        _options = options ?? new KvUpdateOptions();
        if (_options.Attempts < 1)
        {
            throw new KvInvalidArgumentException($"The number of attempts must be at least 1; it is {_options.Attempts}.") { ParamName = nameof(KvUpdateOptions.Attempts), Key = key };
        }
    }

    /// <summary>Reads the key as it is now.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The pair to make a value of; null if there is none.</returns>
    /// <exception cref="KvKeyNotFoundException">There is none, and it must exist.</exception>
    public async ValueTask<KvPair?> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_attempts > 0)
        {
            // Those who collide would collide again at the same pace.
            var pause = TimeSpan.FromMilliseconds(Math.Min(1 << Math.Min(_attempts, 16), LongestPause.TotalMilliseconds));
#pragma warning disable CA5394 // nothing depends on it but who is first
            await Task.Delay(pause * Random.Shared.NextDouble(), cancellationToken).ConfigureAwait(false);
#pragma warning restore CA5394
        }

        _before = await _store.TryGetAsync(_key, null, cancellationToken).ConfigureAwait(false);
        return _before is null && _options.MustExist ? throw new KvKeyNotFoundException(_key, _store.Info.Address) : _before;
    }

    /// <summary>Writes the new value if the key is still as it was read. Where the value is the one that was read, and no time to live is to be set, nothing is written.</summary>
    /// <param name="value">The new value.</param>
    /// <param name="cancellationToken">Ends the call early; the write may still have been made.</param>
    /// <returns>The pair as it is now; null if somebody else has changed the key, so that it is to be read again.</returns>
    /// <exception cref="KvKeyModifiedException">Somebody else has, at each of the attempts.</exception>
    /// <exception cref="KvNotSupportedException">The key has a time to live that the store does not tell (ZooKeeper), so that it cannot be kept. Specify
    /// <see cref="KvUpdateOptions.Ttl"/>.</exception>
    public async ValueTask<KvPair?> TryWriteAsync(ReadOnlyMemory<byte> value, CancellationToken cancellationToken = default)
    {
        if (_before is not null && _options.Ttl is null && value.Span.SequenceEqual(_before.GetBytes()))
        {
            return _before;
        }

        var result = await PutAsync(value, cancellationToken).ConfigureAwait(false);
        if (result.Written)
        {
            return result.Pair;
        }

        _attempts++;
        return _attempts < _options.Attempts ? null : throw new KvKeyModifiedException(_key, result.CurrentRevision, _store.Info.Address, _attempts);
    }

    /// <summary>The options that let a pair live on as long in its store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="pair">The pair, as the store gave it.</param>
    /// <exception cref="KvNotSupportedException">The store does not tell how long that is.</exception>
    public static KvPutOptions LifetimeOf(IKvStore store, KvPair pair)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(pair);
        return pair switch
        {
            { LeaseId: null } or { Ttl: not null } when !store.Info.Promises.Leases => new() { Ttl = pair.Ttl },
            { LeaseId: not null } when !store.Info.Promises.Leases => throw new KvNotSupportedException("keeping the time to live of a key", store.Info) { Key = pair.Key },
            { LeaseId: not null } => new() { LeaseId = pair.LeaseId },
            _ => new() { Ttl = pair.Ttl },
        };
    }

    private async ValueTask<KvWriteResult> PutAsync(ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        var options = _options.Ttl is not null || _before is null ? new KvPutOptions { Ttl = _options.Ttl } : LifetimeOf(_store, _before);
        try
        {
            return await _store.TryAtomicPutAsync(_key, value, _before?.Revision ?? 0, options, cancellationToken).ConfigureAwait(false);
        }
        catch (KvLeaseNotFoundException) when (options.LeaseId is not null)
        {
            // The lease has ended since, and the key with it.
            return new(KvWriteOutcome.KeyNotFound, null, 0);
        }
    }
}
