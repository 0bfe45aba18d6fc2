using System.Runtime.CompilerServices;
using Etcdserverpb;
using Valkeyrie.Etcd.Administration.Invocation;
using Valkeyrie.Etcd.Engine;

namespace Valkeyrie.Etcd.Administration;

/// <summary>The maintenance of an etcd cluster.</summary>
internal sealed class EtcdMaintenance(IEtcdCalls calls) : IKvMaintenance
{
    // Calls whose duration depends on the size of the database end only with the caller's token.
    private static readonly TimeSpan WithoutLimit = TimeSpan.FromDays(1);

    public async IAsyncEnumerable<KvMemberStatus> GetStatusAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var asked = calls.Endpoints.Select(endpoint => StatusOfAsync(endpoint, cancellationToken)).ToList();
        while (asked.Count > 0)
        {
            var answered = await Task.WhenAny(asked).ConfigureAwait(false);
            asked.Remove(answered);
            yield return await answered.ConfigureAwait(false);
        }
    }

    public async ValueTask<IReadOnlyList<KvHash>> GetHashesAsync(long? revision = null, CancellationToken cancellationToken = default)
    {
        if (revision < 1)
        {
            throw new KvInvalidArgumentException($"The revision must be at least 1; it is {revision}.");
        }

        // All at one revision; otherwise concurrent writes would make them differ.
        var hashes = new List<KvHash>();
        foreach (var endpoint in calls.Endpoints)
        {
            var client = ClientOf(endpoint, isRepeatable: true);
            var reply = await client.HashKVAsync(new HashKVRequest { Revision = revision ?? 0 }, cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false);
            revision ??= reply.Header.Revision;
            hashes.Add(new KvHash(endpoint, reply.Hash, revision.Value, reply.CompactRevision > 0 ? reply.CompactRevision : null));
        }

        return hashes;
    }

    public async ValueTask CompactAsync(long revision, CancellationToken cancellationToken = default)
    {
        if (revision < 1)
        {
            throw new KvInvalidArgumentException($"The revision must be at least 1; it is {revision}.");
        }

        // Physical: the space is free when the call returns.
        var client = new KV.KVClient(new StoreCallInvoker(calls, endpoint: null, isRepeatable: false, WithoutLimit));
        await client.CompactAsync(new CompactionRequest { Revision = revision, Physical = true }, cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false);
    }

    public async ValueTask DefragmentAsync(string endpoint, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var invoker = new StoreCallInvoker(calls, endpoint, isRepeatable: false, timeout ?? WithoutLimit);
        await new Maintenance.MaintenanceClient(invoker).DefragmentAsync(new DefragmentRequest(), cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<KvAlarm>> ListAlarmsAsync(CancellationToken cancellationToken = default)
    {
        var request = new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Get };
        var reply = await ClientOf(endpoint: null, isRepeatable: true).AlarmAsync(request, cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false);
        return [.. reply.Alarms.Select(alarm => new KvAlarm(Hexadecimal.Of(alarm.MemberID), NameOf(alarm.Alarm)))];
    }

    public async ValueTask ClearAlarmAsync(KvAlarm alarm, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(alarm);
        var request = new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Deactivate, MemberID = Hexadecimal.Parse(alarm.MemberId), Alarm = KindOf(alarm.Kind) };
        await ClientOf(endpoint: null, isRepeatable: false).AlarmAsync(request, cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false);
    }

    private Maintenance.MaintenanceClient ClientOf(string? endpoint, bool isRepeatable) => new(new StoreCallInvoker(calls, endpoint, isRepeatable));

    private async Task<KvMemberStatus> StatusOfAsync(string endpoint, CancellationToken cancellationToken)
    {
        try
        {
            var status = await ClientOf(endpoint, isRepeatable: true).StatusAsync(new StatusRequest(), cancellationToken: cancellationToken).ReplyAsync().ConfigureAwait(false);
            return new KvMemberStatus(endpoint)
            {
                MemberId = Hexadecimal.Of(status.Header.MemberId),
                LeaderId = status.Leader == 0 ? null : Hexadecimal.Of(status.Leader),
                IsLearner = status.IsLearner,
                Version = status.Version,
                StorageVersion = status.StorageVersion,
                Revision = status.Header.Revision,
                DatabaseSize = status.DbSize,
                DatabaseSizeInUse = status.DbSizeInUse,
                DatabaseQuota = status.DbSizeQuota > 0 ? status.DbSizeQuota : null,
                RaftIndex = (long)status.RaftIndex,
                RaftAppliedIndex = (long)status.RaftAppliedIndex,
                RaftTerm = (long)status.RaftTerm,
                Problems = [.. status.Errors],
            };
        }
        catch (KvException e)
        {
            return new KvMemberStatus(endpoint) { Reason = e.Message };
        }
    }

    private static string NameOf(AlarmType alarm) => alarm == AlarmType.Nospace ? "NoSpace" : alarm.ToString();

    private static AlarmType KindOf(string kind) => Enum.TryParse<AlarmType>(kind, ignoreCase: true, out var alarm) && alarm != AlarmType.None
        ? alarm
        : throw new KvInvalidArgumentException($"'{kind}' is not an alarm of etcd. The alarms are NoSpace and Corrupt.");
}
