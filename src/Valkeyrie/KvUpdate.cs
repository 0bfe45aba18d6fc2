namespace Valkeyrie;

/// <summary>Options of an update.</summary>
public sealed record KvUpdateOptions
{
    /// <summary>The default number of attempts: 100.</summary>
    public const int DefaultAttempts = 100;

    /// <summary>The maximum number of attempts while other clients change the key, from 1. Default: <see cref="DefaultAttempts"/>.</summary>
    public int Attempts { get; init; } = DefaultAttempts;

    /// <summary>A new time to live. Default: null, the key keeps its own.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>True to refuse a key that does not exist. Default: false, which creates it.</summary>
    public bool MustExist { get; init; }
}

/// <summary>Updates a value depending on its current content, on any store: reads it, and writes the caller's new value if no other client wrote in between.
/// Otherwise the caller reads again.</summary>
/// <remarks>Use an object for one update: call <see cref="ReadAsync"/>, then <see cref="TryWriteAsync"/>, until it returns a pair. <see cref="KvUpdates"/> does
/// both.</remarks>
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
    /// <param name="options">Options of the update; null for the defaults.</param>
    /// <exception cref="KvInvalidArgumentException">The key breaks a rule, or the number of attempts is less than 1.</exception>
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

    /// <summary>Reads the current pair.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The pair to compute the new value from; null if the key does not exist.</returns>
    /// <exception cref="KvKeyNotFoundException">The key does not exist, and <see cref="KvUpdateOptions.MustExist"/> is set.</exception>
    public async ValueTask<KvPair?> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_attempts > 0)
        {
            // Without a random pause, colliding clients would collide again.
            var pause = TimeSpan.FromMilliseconds(Math.Min(1 << Math.Min(_attempts, 16), LongestPause.TotalMilliseconds));
#pragma warning disable CA5394 // it only determines which client is first
            await Task.Delay(pause * Random.Shared.NextDouble(), cancellationToken).ConfigureAwait(false);
#pragma warning restore CA5394
        }

        _before = await _store.TryGetAsync(_key, null, cancellationToken).ConfigureAwait(false);
        return _before is null && _options.MustExist ? throw new KvKeyNotFoundException(_key, _store.Info.Address) : _before;
    }

    /// <summary>Writes the new value if the key is unchanged since it was read. An equal value without a new time to live is not written.</summary>
    /// <param name="value">The new value.</param>
    /// <param name="cancellationToken">Ends the call early; the write may still have been made.</param>
    /// <returns>The current pair; null if another client changed the key, so that you must read it again.</returns>
    /// <exception cref="KvKeyModifiedException">Other clients changed the key at each of the attempts.</exception>
    /// <exception cref="KvNotSupportedException">The key has a time to live that the store does not report (ZooKeeper) and that cannot be kept. Specify
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

    /// <summary>Returns the options that keep the remaining lifetime of a pair in its store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="pair">The pair, as the store returned it.</param>
    /// <exception cref="KvNotSupportedException">The store does not report the remaining lifetime.</exception>
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
            // The lease has ended in the meantime, and the key with it.
            return new(KvWriteOutcome.KeyNotFound, null, 0);
        }
    }
}
