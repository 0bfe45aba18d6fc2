namespace Valkeyrie.Engine;

/// <summary>The contest for the leadership of an election, by etcd's recipe (client/v3/concurrency), in which each contender's key holds its value.</summary>
internal sealed record ElectionContest(string Name, string Directory) : Contest(Name, Directory)
{
    private static readonly TimeSpan LeaderTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The value that others read of this contender.</summary>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <exception cref="KvInvalidArgumentException">The name or an option is not valid.</exception>
    public static ElectionContest Of(string name, ReadOnlyMemory<byte> value, KvCampaignOptions options)
    {
        OptionRules.CheckWait(options.Timeout, "campaign", name);
        return new(name, LockNames.DirectoryOf(name, KvLockForm.EtcdMutex))
        {
            Ttl = TimeSpan.FromSeconds(OptionRules.TtlSeconds(options.Ttl, name)),
            Timeout = options.Timeout,

            // A copy, because the value is sent several times and the caller may change the original.
            Value = value.ToArray(),
        };
    }

    public override ReadOnlyMemory<byte> Mark() => Value;

    /// <summary>Creates the error with the leader, which is read again. Without an answer within a second, the error does not name the leader.</summary>
    /// <param name="address">The address of the store.</param>
    /// <param name="read">Reads the election.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public async ValueTask<KvException> NotWonAsync(
        string address, Func<string, CancellationToken, ValueTask<KvElection?>> read, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(LeaderTimeout);
        try
        {
            var election = await read(Name, timeout.Token).ConfigureAwait(false);
            return new KvNotElectedException(Name, Timeout ?? TimeSpan.Zero, address, election?.Leader);
        }
        catch (Exception e) when (e is KvException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return NotWon(address);
        }
    }

    public override KvException NotWon(string address) => new KvNotElectedException(Name, Timeout ?? TimeSpan.Zero, address);

    public override KvTimeoutException Unknown(string address) =>
        new($"The state of the election '{Name}' is unknown: {address} did not answer within the timeout of {Timeout?.TotalSeconds:0.###} s.")
        { Key = Name, Endpoint = address };

    public override KvException Lost(KvLockLostReason reason, string address) => new KvLeadershipLostException(Name, address, reason);
}
