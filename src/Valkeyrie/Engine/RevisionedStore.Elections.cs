using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <content>Elections.</content>
public sealed partial class RevisionedStore : IKvElections
{
    private static readonly KvCampaignOptions PlainCampaign = new();

    /// <inheritdoc/>
    public ValueTask<KvLeadership> CampaignAsync(
        string name, ReadOnlyMemory<byte> value, KvCampaignOptions? options = null, CancellationToken cancellationToken = default) =>
        _lifetime.CallAsync<KvLeadership>(
            async token =>
            {
                CheckElection(name);
                var contest = ElectionContest.Of(name, value, options ?? PlainCampaign);
                try
                {
                    return new HeldLeadership(await _mutex.WinAsync(contest, token).ConfigureAwait(false), contest.Value);
                }
                catch (KvNotElectedException)
                {
                    throw await contest.NotWonAsync(Info.Address, ReadElectionAsync, token).ConfigureAwait(false);
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<KvElection?> TryGetElectionAsync(string name, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        CheckElection(name);
        return await ReadElectionAsync(name, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KvElection> ListElectionsAsync(KvRange range, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(range);
        ThrowIfClosed();

        // The lock of a key has the same form, but another name.
        var found = await Contenders.FindAsync(_engine, range, d => !d.EndsWith(LockNames.Suffix, StringComparison.Ordinal), cancellationToken).ConfigureAwait(false);
        foreach (var directory in found)
        {
            var election = await ReadElectionAsync(directory[..^1], cancellationToken).ConfigureAwait(false);
            if (election is not null && (Contenders.IsContender(election.Leader) || election.Waiting.Any(Contenders.IsContender)))
            {
                yield return election;
            }
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<KvElectionEvent> WatchElectionAsync(string name, CancellationToken cancellationToken = default) =>
        _lifetime.ReadAsync(
            token =>
            {
                CheckElection(name);
                return ElectionWatch.FollowAsync(_engine, name, token);
            },
            cancellationToken);

    /// <inheritdoc/>
    public bool IsContender(KvPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        return Contenders.IsContender(pair);
    }

    private static void CheckElection(string name) => KeyRules.Check(name, "election's name");

    private async ValueTask<KvElection?> ReadElectionAsync(string name, CancellationToken cancellationToken)
    {
        var contenders = await Contenders.ReadAsync(_engine, LockNames.DirectoryOf(name, KvLockForm.EtcdMutex), cancellationToken).ConfigureAwait(false);
        return contenders.Pairs.Count == 0 ? null : new(name, contenders.Pairs[0], [.. contenders.Pairs.Skip(1)]);
    }
}
