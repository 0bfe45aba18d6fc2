namespace Valkeyrie.Tests.Rigs;

/// <summary>A store whose writes can be delayed: the caller gets a lost connection, and the test decides when the write is made.</summary>
internal sealed class LateStore(IKvStore inner) : PlainStore(inner)
{
    private readonly List<Func<Task>> _underWay = [];
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _held;

    /// <summary>Delays the next write of a key.</summary>
    public void HoldNext(string key) => _held = key;

    /// <summary>Reports a lost connection to the caller of the delayed write.</summary>
    public void Lose() => _lost.SetResult();

    /// <summary>Makes the delayed write.</summary>
    public Task ArriveAsync() => Task.WhenAll(_underWay.Select(write => write()));

    public override async ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, KvPutOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (_held != key)
        {
            return await base.PutAsync(key, value, options, cancellationToken);
        }

        _held = null;
        _underWay.Add(async () => await base.PutAsync(key, value, options, CancellationToken.None));
        await _lost.Task;
        throw new KvUnreachableException(KvUnreachableReason.ConnectionLost, "as if") { Key = key };
    }
}
