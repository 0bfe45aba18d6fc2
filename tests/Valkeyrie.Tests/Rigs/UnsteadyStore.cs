namespace Valkeyrie.Tests.Rigs;

/// <summary>A store whose writes sometimes fail as if it were unreachable, some of them after they were made.</summary>
internal sealed class UnsteadyStore(IKvStore inner, int seed) : PlainStore(inner)
{
    private readonly Random _random = new(seed);
    private int _failures;

    /// <summary>True while writes sometimes fail.</summary>
    public bool IsUnsteady { get; set; }

    /// <summary>A key that is always refused.</summary>
    public string? RefusedKey { get; init; }

    /// <summary>The number of failed writes.</summary>
    public int Failures => Volatile.Read(ref _failures);

    public override async ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, KvPutOptions? options = null, CancellationToken cancellationToken = default)
    {
        var fails = await BeginAsync(key);
        var pair = await base.PutAsync(key, value, options, cancellationToken);
        return fails ? throw Away(key) : pair;
    }

    public override async ValueTask<bool> TryDeleteAsync(string key, CancellationToken cancellationToken = default)
    {
        var fails = await BeginAsync(key);
        var removed = await base.TryDeleteAsync(key, cancellationToken);
        return fails ? throw Away(key) : removed;
    }

    // Fails before the write, or decides to fail after it.
    private async ValueTask<bool> BeginAsync(string key)
    {
        if (key == RefusedKey)
        {
            throw new KvException(KvErrorCode.QuotaExceeded, "as if") { Key = key };
        }

        await Task.Yield();
        int chance;
        lock (_random)
        {
            chance = IsUnsteady ? _random.Next(80) : int.MaxValue;
        }

        return chance switch
        {
            0 => throw Away(key),
            1 => true,
            _ => false,
        };
    }

    private KvUnreachableException Away(string key)
    {
        Interlocked.Increment(ref _failures);
        return new(KvUnreachableReason.ConnectionLost, "as if") { Key = key };
    }
}
