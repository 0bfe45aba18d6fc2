namespace Valkeyrie.Tests.Rigs;

/// <summary>A store to which a write can be under way for long: its caller is told that the connection was lost, and it is made when the test says so.</summary>
internal sealed class LateStore(IKvStore inner) : PlainStore(inner)
{
    private readonly List<Func<Task>> _underWay = [];
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _held;

    /// <summary>Holds the next write of a key back.</summary>
    public void HoldNext(string key) => _held = key;

    /// <summary>Tells the caller of what is held back that the connection was lost.</summary>
    public void Lose() => _lost.SetResult();

    /// <summary>Makes what was held back.</summary>
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
