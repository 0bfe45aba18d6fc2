namespace Valkeyrie.Engine;

/// <summary>The contest for a lock.</summary>
internal sealed record LockContest(string Name, string Directory) : Contest(Name, Directory)
{
    private readonly ReadOnlyMemory<byte>? _value;
    private readonly bool _deleteOnUnlock;
    private readonly string _owner = "";

    /// <exception cref="KvInvalidArgumentException">An option is not valid.</exception>
    public static LockContest Of(string key, KvLockOptions options)
    {
        var ttl = OptionRules.CheckLock(key, options);
        return new(key, LockNames.DirectoryOf(key, options.Form), options)
        {
            Ttl = TimeSpan.FromSeconds(ttl),
            Timeout = options.Timeout,
        };
    }

    private LockContest(string key, string directory, KvLockOptions options)
        : this(key, directory)
    {
        _value = options.Value;
        _deleteOnUnlock = options.DeleteOnUnlock;
        _owner = options.Owner;
    }

    public override ReadOnlyMemory<byte> Mark() => new LockMark(_owner, DateTimeOffset.UtcNow).ToBytes();

    public override KvOperation[] Winning(string own, long leaseId, bool hasWaited)
    {
        // A contender that had to wait records the time at which it won, not the time at which it joined the queue.
        KvOperation[] mark = hasWaited ? [new KvOperation.Put(own, Mark(), leaseId)] : [];
        return _value is { } value ? [.. mark, new KvOperation.Put(Name, value, _deleteOnUnlock ? leaseId : null)] : mark;
    }

    public override KvOperation[] Leaving() => _deleteOnUnlock ? [new KvOperation.Delete(KvRange.Key(Name))] : [];

    public override KvException NotWon(string address) => new KvCannotLockException(Name, Timeout ?? TimeSpan.Zero, address);

    public override KvTimeoutException Unknown(string address) =>
        new($"The lock of '{Name}' could not be taken: {address} did not answer within the timeout of {Timeout?.TotalSeconds:0.###} s.") { Key = Name, Endpoint = address };

    public override KvException Lost(KvLockLostReason reason, string address) => new KvLockLostException(Name, address, reason);
}
