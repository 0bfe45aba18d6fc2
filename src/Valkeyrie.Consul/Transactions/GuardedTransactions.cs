using System.Diagnostics;
using Valkeyrie.Consul.Calls;
using Valkeyrie.Consul.Keys;
using Valkeyrie.Consul.Sessions;

namespace Valkeyrie.Consul.Transactions;

/// <summary>Implements the contract's transactions with Consul's, which support neither most conditions nor an else branch: it reads the conditions' keys,
/// evaluates the conditions here, and commits the branch in a transaction that requires these keys to be unchanged. Otherwise it starts again.</summary>
internal sealed class GuardedTransactions(ConsulApi api, KeyPlaces places, Pairs pairs, SessionLeases leases, KvStoreInfo info)
{
    public async ValueTask<KvTransactionResult> CommitAsync(KvTransaction transaction, CancellationToken cancellationToken)
    {
        CheckSupported(transaction);
        var keys = transaction.If.Select(c => c.Range.Text).Distinct(StringComparer.Ordinal).ToList();
        var holders = new Dictionary<string, Holder>(StringComparer.Ordinal);
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var entries = await ReadAsync(keys, cancellationToken).ConfigureAwait(false);
            var holds = transaction.If.All(condition => Holds(condition, entries[condition.Range.Text]));
            var branch = new Branch(places, info, holds ? transaction.Then : transaction.Else);
            var body = branch.ToBody(entries, holders);
            if (body.Count == 0)
            {
                return new KvTransactionResult(holds, await NewestAsync(cancellationToken).ConfigureAwait(false), []);
            }

            var reply = await api.CommitAsync(body, branch.FirstKey ?? keys.FirstOrDefault(), cancellationToken, branch.IsReadOnly ? "consistent" : null).ConfigureAwait(false);
            if (reply.IsMade)
            {
                var results = await branch.ResultsAsync(reply.Entries, entries.Values.Count(e => e is not null), pairs, cancellationToken).ConfigureAwait(false);
                var revision = branch.RevisionOf(reply.Entries) ?? await NewestAsync(cancellationToken).ConfigureAwait(false);
                return new KvTransactionResult(holds, revision, results);
            }

            if (Stopwatch.GetElapsedTime(began) > api.Timeout)
            {
                throw new KvTimeoutException(
                    $"The transaction could not be committed within {api.Timeout.TotalSeconds:0.###} s: other clients changed its keys ({reply.Errors[0].Text}).")
                    { Endpoint = info.Address, NotSent = true };
            }

            await LookAtHoldersAsync(branch, holders, cancellationToken).ConfigureAwait(false);
        }
    }

    private void CheckSupported(KvTransaction transaction)
    {
        foreach (var condition in transaction.If)
        {
            if (condition.Range.Kind != KvRangeKind.Key)
            {
                throw new KvNotSupportedException("conditions on several keys at once. Specify each key", info) { Key = condition.Range.Text };
            }

            if (condition.Target is KvConditionTarget.Version or KvConditionTarget.Lease)
            {
                throw new KvNotSupportedException($"conditions on the {condition.Target} of a key, which Consul does not keep", info) { Key = condition.Range.Text };
            }
        }

        foreach (var operation in transaction.Then.Concat(transaction.Else))
        {
            if (operation is KvOperation.Put { LeaseId: not null } put)
            {
                throw new KvNotSupportedException("leases", info) { Key = put.Key };
            }

            if (operation is KvOperation.Read { Revision: not null } read)
            {
                throw new KvNotSupportedException("reading at an older revision: Consul keeps no history", info) { Key = read.Range.Text };
            }
        }
    }

    private async ValueTask<Dictionary<string, ConsulEntry?>> ReadAsync(List<string> keys, CancellationToken cancellationToken)
    {
        var entries = await Task.WhenAll(keys.Select(k => api.GetAsync(places.StoredOf(k), k, stale: false, cancellationToken).AsTask())).ConfigureAwait(false);
        return keys.Zip(entries).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
    }

    private async ValueTask LookAtHoldersAsync(Branch branch, Dictionary<string, Holder> holders, CancellationToken cancellationToken)
    {
        foreach (var key in branch.Puts)
        {
            var entry = await api.GetAsync(places.StoredOf(key), key, stale: false, cancellationToken).ConfigureAwait(false);
            holders[key] = await leases.HolderOfAsync(entry, cancellationToken).ConfigureAwait(false);
        }
    }

    private ValueTask<long> NewestAsync(CancellationToken cancellationToken) => api.NewestIndexAsync(places.Unused(), cancellationToken);

    private static bool Holds(KvCondition condition, ConsulEntry? entry)
    {
        if (condition.Target == KvConditionTarget.Value)
        {
            return entry is not null && Holds(condition.Operator, entry.Value.AsSpan().SequenceCompareTo(condition.Value.Span));
        }

        var number = condition.Target == KvConditionTarget.CreateRevision ? entry?.CreateIndex : entry?.ModifyIndex;
        return Holds(condition.Operator, (number ?? 0).CompareTo(condition.Number));
    }

    private static bool Holds(KvConditionOperator comparison, int order) => comparison switch
    {
        KvConditionOperator.Equal => order == 0,
        KvConditionOperator.NotEqual => order != 0,
        KvConditionOperator.Greater => order > 0,
        _ => order < 0,
    };
}
