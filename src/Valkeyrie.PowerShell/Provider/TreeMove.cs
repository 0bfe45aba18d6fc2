using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Moves keys from one location to another without losing any: if one transaction cannot do both, a key is written before it is removed, and
/// removed only if it has not changed since.</summary>
/// <param name="from">The source.</param>
/// <param name="to">The destination.</param>
/// <param name="overwrite">True to replace existing keys.</param>
/// <param name="wait">Waits on the pipeline's thread.</param>
/// <param name="stopToken">Fires when the pipeline is stopped.</param>
internal sealed class TreeMove(KvLocation from, KvLocation to, bool overwrite, BlockingWait wait, CancellationToken stopToken)
{
    // A key needs two operations and two conditions; etcd allows 128 of each in a transaction, and 1.5 MiB in a request.
    private const int MostKeys = 60;
    private const int MostBytes = 512 * 1024;

    private readonly IKvTransactions? _transactions =
        ReferenceEquals(from.Store, to.Store) && from.Store.TryGetCapability<IKvTransactions>(out var transactions) ? transactions : null;

    /// <summary>Moves the value and, if requested, the directory. In a store with transactions, at most 60 keys and 512 KiB are moved in one step;
    /// more keys need several such steps.</summary>
    public void Move(KvPair? value, bool directory, WorkProgress progress)
    {
        var batch = new List<KvPair>();
        var bytes = 0;
        foreach (var pair in Pairs(value, directory))
        {
            if (batch.Count == MostKeys || (batch.Count > 0 && bytes + pair.GetBytes().Length > MostBytes))
            {
                MoveBatch(batch);
                progress.Add(batch.Count);
                batch.Clear();
                bytes = 0;
            }

            batch.Add(pair);
            bytes += pair.GetBytes().Length;
        }

        if (batch.Count > 0)
        {
            MoveBatch(batch);
            progress.Add(batch.Count);
        }
    }

    private IEnumerable<KvPair> Pairs(KvPair? value, bool directory)
    {
        if (value is not null)
        {
            yield return value;
        }

        if (!directory)
        {
            yield break;
        }

        foreach (var pair in wait.Enumerate(KvTreeContent.Of(from.Store, from.Range).Pairs))
        {
            yield return pair;
        }
    }

    private string Target(string key) => to.Key + key[from.Key.Length..];

    private void MoveBatch(List<KvPair> batch)
    {
        if (_transactions is null)
        {
            batch.ForEach(pair => wait.For(MoveAloneAsync(pair)));
            return;
        }

        if (wait.For(TryCommitAsync(batch)))
        {
            return;
        }

        // One of the keys has changed or already exists at the destination. Moving each alone shows which one.
        foreach (var pair in batch)
        {
            wait.For(MoveInOneStepAsync(pair));
        }
    }

    private async ValueTask<bool> TryCommitAsync(List<KvPair> batch)
    {
        var transaction = new KvTransaction
        {
            If = [.. batch.SelectMany(Conditions)],
            Then = [.. batch.SelectMany(Operations)],
        };
        return (await _transactions!.CommitAsync(transaction, stopToken).ConfigureAwait(false)).Succeeded;
    }

    private IEnumerable<KvCondition> Conditions(KvPair pair)
    {
        yield return KvCondition.AtRevision(pair.Key, pair.Revision);
        if (!overwrite)
        {
            yield return KvCondition.Missing(Target(pair.Key));
        }
    }

    private IEnumerable<KvOperation> Operations(KvPair pair)
    {
        yield return new KvOperation.Put(Target(pair.Key), pair.GetBytes(), pair.LeaseId);
        yield return new KvOperation.Delete(KvRange.Key(pair.Key));
    }

    private async ValueTask<bool> MoveInOneStepAsync(KvPair pair)
    {
        for (var current = pair; current is not null; current = await from.Store.TryGetAsync(pair.Key, cancellationToken: stopToken).ConfigureAwait(false))
        {
            if (await TryCommitAsync([current]).ConfigureAwait(false))
            {
                return true;
            }

            if (!overwrite)
            {
                await RequireFreeAsync(Target(pair.Key)).ConfigureAwait(false);
            }
        }

        // Another client has removed it.
        return false;
    }

    private async ValueTask<bool> MoveAloneAsync(KvPair pair)
    {
        var target = Target(pair.Key);
        if (!overwrite)
        {
            await to.Store.AtomicPutAsync(target, pair.GetBytes(), 0, Lifetime(pair), stopToken).ConfigureAwait(false);
        }

        for (var current = pair; current is not null; current = await from.Store.TryGetAsync(pair.Key, cancellationToken: stopToken).ConfigureAwait(false))
        {
            if (overwrite || current != pair)
            {
                await to.Store.PutAsync(target, current.GetBytes(), Lifetime(current), stopToken).ConfigureAwait(false);
            }

            if ((await from.Store.TryAtomicDeleteAsync(pair.Key, current.Revision, stopToken).ConfigureAwait(false)).Written)
            {
                return true;
            }
        }

        return false;
    }

    // A lease belongs to one store; a known time to live can be used in any store.
    private KvPutOptions Lifetime(KvPair pair) => ReferenceEquals(from.Store, to.Store) ? KvUpdate.LifetimeOf(to.Store, pair) : new KvPutOptions { Ttl = pair.Ttl };

    private async ValueTask RequireFreeAsync(string key)
    {
        if (await to.Store.TryGetAsync(key, cancellationToken: stopToken).ConfigureAwait(false) is { } existing)
        {
            throw new KvKeyExistsException(key, existing.Revision, to.Store.Info.Address);
        }
    }
}
