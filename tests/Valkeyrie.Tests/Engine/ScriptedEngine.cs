using System.Collections.Concurrent;
using System.Threading.Channels;
using Valkeyrie.Embedded;

namespace Valkeyrie.Tests.Engine;

/// <summary>A small engine in memory that fails, stalls or compacts on request. The tests check the shared recipes on it, never
/// the engine itself.</summary>
internal sealed class ScriptedEngine : IRevisionedEngine
{
    private readonly object _gate = new();
    private readonly SortedDictionary<string, KvPair> _pairs = new(StringComparer.Ordinal);
    private readonly List<KvEvent> _history = [];
    private readonly List<Channel<IReadOnlyList<KvEvent>>> _watchers = [];
    private readonly List<string> _calls = [];
    private readonly List<long> _renewed = [];
    private long _compacted;
    private long _lastLease;

    public KvStoreInfo Info { get; } = new("scripted", "scripted://here", [], "", null, EmbeddedEngine.Promises);

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    public int PagesAtOnce { get; init; } = 1;

    /// <summary>The size of each pair of a page in bytes; 0 (the default) for its real size.</summary>
    public long BytesEach { get; init; }

    public long Revision { get; private set; } = 1;

    /// <summary>Called before each call with its name. It can throw, or stall until the token fires.</summary>
    public Func<string, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Called after each call is done, before its answer is returned.</summary>
    public Func<string, CancellationToken, Task> After { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>The calls made so far, in order.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_gate)
            {
                return [.. _calls];
            }
        }
    }

    /// <summary>The leases renewed so far, in order.</summary>
    public IReadOnlyList<long> Renewed
    {
        get
        {
            lock (_gate)
            {
                return [.. _renewed];
            }
        }
    }

    /// <summary>The existing leases, with the time to live of a renewal.</summary>
    public ConcurrentDictionary<long, TimeSpan> Leases { get; } = new();

    public bool IsDisposed { get; private set; }

    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_gate)
            {
                return [.. _pairs.Keys];
            }
        }
    }

    /// <summary>Gets the number of calls of a name.</summary>
    public int Called(string call) => Calls.Count(c => c == call);

    /// <summary>Compacts all changes before a revision; watches that still need them end.</summary>
    public void Compact(long revision)
    {
        lock (_gate)
        {
            _compacted = revision;
        }
    }

    /// <summary>The number of the store's current history.</summary>
    public long History { get; private set; } = 1;

    /// <summary>Gives the store another history, as after a restore: its current pairs, at an earlier revision. All watches end.</summary>
    public void Restore(long revision)
    {
        lock (_gate)
        {
            History++;
            Revision = revision;
            _history.Clear();
        }

        EndWatches(Changed());
    }

    /// <summary>Ends the streams of all watches with an error.</summary>
    public void EndWatches(Exception error)
    {
        lock (_gate)
        {
            _watchers.ForEach(w => w.Writer.TryComplete(error));
            _watchers.Clear();
        }
    }

    public ValueTask<KvServerStatus> PingAsync(CancellationToken cancellationToken) =>
        DoAsync("Ping", () => new KvServerStatus("here", "0", Revision), cancellationToken);

    public ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, long? leaseId, CancellationToken cancellationToken) =>
        DoAsync("Put", () => Commit(() => Put(key, value, leaseId)), cancellationToken);

    public ValueTask<KvPair?> GetAsync(string key, KvReadOptions options, CancellationToken cancellationToken) =>
        DoAsync("Get", () => _pairs.GetValueOrDefault(key), cancellationToken);

    public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken) =>
        DoAsync("Delete", () => Commit(() => Delete(KvRange.Key(key))) > 0, cancellationToken);

    public ValueTask<KvPage> RangeAsync(KvRangeQuery query, CancellationToken cancellationToken) => DoAsync("Range", () => Page(query), cancellationToken);

    public ValueTask<KvTransactionResult> CommitAsync(KvTransaction transaction, CancellationToken cancellationToken = default) =>
        DoAsync(
            "Commit",
            () => Commit(() =>
            {
                var holds = transaction.If.All(Holds);
                var results = (holds ? transaction.Then : transaction.Else).Select(Do).ToList();
                return new KvTransactionResult(holds, Revision, results) { History = History };
            }),
            cancellationToken);

    public ValueTask<KvLease> GrantLeaseAsync(TimeSpan ttl, CancellationToken cancellationToken = default) => DoAsync(
        "Grant",
        () =>
        {
            var lease = new KvLease(++_lastLease, TimeSpan.FromSeconds(OptionRules.TtlSeconds(ttl))) { History = History };
            Leases[lease.Id] = lease.Ttl;
            return lease;
        },
        cancellationToken);

    public ValueTask<KvLease> RenewLeaseAsync(long leaseId, CancellationToken cancellationToken = default) => DoAsync(
        "Renew",
        () =>
        {
            _renewed.Add(leaseId);
            return Leases.TryGetValue(leaseId, out var ttl) ? new KvLease(leaseId, ttl) { History = History } : throw new KvLeaseNotFoundException(leaseId, Info.Address);
        },
        cancellationToken);

    public async ValueTask RevokeLeaseAsync(long leaseId, CancellationToken cancellationToken = default) => await DoAsync(
        "Revoke",
        () =>
        {
            if (!Leases.TryRemove(leaseId, out _))
            {
                throw new KvLeaseNotFoundException(leaseId, Info.Address);
            }

            return Commit(() => _pairs.Values.Where(p => p.LeaseId == leaseId).ToList().Sum(p => Delete(KvRange.Key(p.Key))));
        },
        cancellationToken);

    public ValueTask<KvLease> GetLeaseAsync(long leaseId, CancellationToken cancellationToken) => DoAsync(
        "GetLease",
        () => Leases.TryGetValue(leaseId, out var ttl)
            ? new KvLease(leaseId, ttl) { Keys = [.. _pairs.Values.Where(p => p.LeaseId == leaseId).Select(p => p.Key)] }
            : throw new KvLeaseNotFoundException(leaseId, Info.Address),
        cancellationToken);

    public ValueTask<IReadOnlyList<long>> ListLeaseIdsAsync(CancellationToken cancellationToken) =>
        DoAsync<IReadOnlyList<long>>("ListLeases", () => [.. Leases.Keys], cancellationToken);

    public IAsyncEnumerable<KvEvent> HistoryAsync(string key, bool sinceCreation, CancellationToken cancellationToken) =>
        throw new NotSupportedException("No recipe is built on an engine's history.");

    public async IAsyncEnumerable<IReadOnlyList<KvEvent>> WatchAsync(
        KvWatchQuery query, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Before("Watch", cancellationToken);
        var changes = Channel.CreateUnbounded<IReadOnlyList<KvEvent>>();
        lock (_gate)
        {
            _calls.Add("Watch");
            if (query.History != 0 && query.History != History)
            {
                throw Changed();
            }

            if (query.FromRevision <= _compacted)
            {
                throw new KvCompactedException(query.FromRevision, _compacted, Info.Address);
            }

            foreach (var batch in _history.Where(e => e.Revision >= query.FromRevision).GroupBy(e => e.Revision))
            {
                changes.Writer.TryWrite([.. batch]);
            }

            _watchers.Add(changes);
        }

        await foreach (var batch in changes.Reader.ReadAllAsync(cancellationToken))
        {
            if (batch.Where(e => e.Type is KvEventType.Outage or KvEventType.Resumed || query.Range.Contains(e.Key)).ToList() is { Count: > 0 } mine)
            {
                yield return mine;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    private async ValueTask<T> DoAsync<T>(string call, Func<T> action, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            _calls.Add(call);
        }

        await Before(call, cancellationToken);
        T result;
        lock (_gate)
        {
            result = action();
        }

        await After(call, cancellationToken);
        return result;
    }

    private KvHistoryChangedException Changed() => HistoryErrors.Changed("It", null, Info.Address);

    /// <summary>Makes changes of one revision and notifies the watches.</summary>
    private T Commit<T>(Func<T> change)
    {
        Revision++;
        var before = _history.Count;
        var result = change();
        var batch = _history[before..];
        if (batch.Count == 0)
        {
            Revision--;
        }
        else
        {
            _watchers.ForEach(w => w.Writer.TryWrite(batch));
        }

        return result;
    }

    private KvPair Put(string key, ReadOnlyMemory<byte> value, long? leaseId)
    {
        if (leaseId is { } id && !Leases.ContainsKey(id))
        {
            throw new KvLeaseNotFoundException(leaseId, Info.Address);
        }

        var old = _pairs.GetValueOrDefault(key);
        var pair = new KvPair(value.ToArray())
        {
            Key = key,
            Revision = Revision,
            CreateRevision = old?.CreateRevision ?? Revision,
            Version = (old?.Version ?? 0) + 1,
            LeaseId = leaseId,
        };
        _pairs[key] = pair;
        _history.Add(new KvEvent { Type = KvEventType.Put, Pair = pair, Previous = old });
        return pair;
    }

    private int Delete(KvRange range)
    {
        var gone = _pairs.Keys.Where(range.Contains).ToList();
        foreach (var key in gone)
        {
            _pairs.Remove(key);
            _history.Add(new KvEvent { Type = KvEventType.Delete, Pair = new KvPair { Key = key, Revision = Revision } });
        }

        return gone.Count;
    }

    private KvPage Page(KvRangeQuery query)
    {
        if (query.History != 0 && query.History != History)
        {
            throw Changed();
        }

        if (query.Revision is { } revision && revision < _compacted)
        {
            throw new KvCompactedException(revision, _compacted, Info.Address);
        }

        var all = PairsAt(query.Revision)
            .Where(p => query.Range.Contains(p.Key) && (query.After is null || string.CompareOrdinal(p.Key, query.After) > 0)
                && (query.UpTo is null || string.CompareOrdinal(p.Key, query.UpTo) <= 0))
            .Where(p => query.MaxCreateRevision is null || p.CreateRevision <= query.MaxCreateRevision)
            .ToList();
        IEnumerable<KvPair> ordered = query.NewestFirst ? all.OrderByDescending(p => p.CreateRevision) : all;
        List<KvPair> page = query.CountOnly ? [] : [.. query.Limit is { } limit ? ordered.Take((int)Math.Min(limit, int.MaxValue)) : ordered];
        var bytes = BytesEach > 0 ? BytesEach * page.Count : page.Sum(p => p.GetBytes().Length + p.Key.Length);
        page = query.KeysOnly ? page.ConvertAll(Outline) : page;
        return new KvPage(page, !query.CountOnly && page.Count < all.Count, all.Count, Revision, bytes) { History = History };
    }

    /// <summary>A pair without its value, and without its lease, as etcd 3.7 sends it.</summary>
    private static KvPair Outline(KvPair pair) =>
        new() { Key = pair.Key, KeyOnly = true, Revision = pair.Revision, CreateRevision = pair.CreateRevision, Version = pair.Version };

    private IEnumerable<KvPair> PairsAt(long? revision) => revision is null
        ? _pairs.Values
        : _history.Where(e => e.Revision <= revision).GroupBy(e => e.Key).Select(g => g.Last()).Where(e => e.Type == KvEventType.Put)
            .Select(e => e.Pair).OrderBy(p => p.Key, StringComparer.Ordinal);

    /// <summary>The only conditions in the recipes: on revisions and leases.</summary>
    private bool Holds(KvCondition condition) =>
        _pairs.Values.Where(p => condition.Range.Contains(p.Key)).DefaultIfEmpty(new KvPair { Key = "" }).All(pair =>
        {
            var actual = condition.Target switch
            {
                KvConditionTarget.CreateRevision => pair.CreateRevision ?? 0,
                KvConditionTarget.Lease => pair.LeaseId ?? 0,
                _ => pair.Revision,
            };
            return condition.Operator switch
            {
                KvConditionOperator.Equal => actual == condition.Number,
                KvConditionOperator.Greater => actual > condition.Number,
                KvConditionOperator.Less => actual < condition.Number,
                _ => actual != condition.Number,
            };
        });

    private KvOperationResult Do(KvOperation operation) => operation switch
    {
        KvOperation.Put put => new([Put(put.Key, put.Value, put.LeaseId)], 1),
        KvOperation.Delete delete => new([], Delete(delete.Range)),
        KvOperation.Read read when Page(KvRangeQuery.Of(read)) is var page => new(page.Pairs, page.Count),
        _ => throw new NotSupportedException(),
    };
}
