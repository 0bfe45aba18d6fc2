using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Moves keys from one place to another. None is lost, whatever happens: where a transaction cannot do both, a key is written before it is removed, and
/// removed only if nobody has changed it since.</summary>
/// <param name="from">Where they are.</param>
/// <param name="to">Where they go.</param>
/// <param name="overwrite">True to replace keys that are there.</param>
/// <param name="wait">Waits on the pipeline's thread.</param>
/// <param name="stopToken">Fires when the pipeline is being stopped.</param>
internal sealed class TreeMove(KvLocation from, KvLocation to, bool overwrite, BlockingWait wait, CancellationToken stopToken)
{
    // A key takes two operations and two conditions; etcd takes 128 of each in a transaction, and 1.5 MiB in a request.
    private const int MostKeys = 60;
    private const int MostBytes = 512 * 1024;

    private readonly IKvTransactions? _transactions =
        ReferenceEquals(from.Store, to.Store) && from.Store.TryGetCapability<IKvTransactions>(out var transactions) ? transactions : null;

    /// <summary>Moves the value and, if so wished, the directory: both and all in one step if that is at most 60 keys and 512 KiB in a store with
    /// transactions; else in several such steps.</summary>
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

        foreach (var pair in wait.Enumerate(from.Store.ListAsync(from.Range, cancellationToken: stopToken)))
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

        // One of them has been changed or is in the way. Which one, shows when each goes by itself.
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

        // Somebody else has removed it.
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

    // A lease is of one store; a time to live that is known goes along anywhere.
    private KvPutOptions Lifetime(KvPair pair) => ReferenceEquals(from.Store, to.Store) ? KvUpdate.LifetimeOf(to.Store, pair) : new KvPutOptions { Ttl = pair.Ttl };

    private async ValueTask RequireFreeAsync(string key)
    {
        if (await to.Store.TryGetAsync(key, cancellationToken: stopToken).ConfigureAwait(false) is { } existing)
        {
            throw new KvKeyExistsException(key, existing.Revision, to.Store.Info.Address);
        }
    }
}
