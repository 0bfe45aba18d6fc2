using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <content>The status of locks.</content>
public sealed partial class RevisionedStore : IKvLockStatus
{
    /// <inheritdoc/>
    public async ValueTask<KvLockStatus?> TryGetLockAsync(string key, KvLockForm form = KvLockForm.Beside, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        KeyRules.Check(key);
        CheckForm(key, form);
        return await ReadLockAsync(key, form, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KvLockStatus> ListLocksAsync(
        KvRange range, KvLockForm form = KvLockForm.Beside, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(range);
        ThrowIfClosed();
        CheckForm(range.Text, form);
        if (range.Kind == KvRangeKind.Key)
        {
            if (await ReadLockAsync(range.Text, form, cancellationToken).ConfigureAwait(false) is { } one)
            {
                yield return one;
            }

            yield break;
        }

        // The name of a lock's directory consists of the locked key and the form of the lock.
        var suffix = form == KvLockForm.Beside ? LockNames.Suffix : "";
        foreach (var directory in await Contenders.FindAsync(
            _engine, range, d => d.EndsWith(LockNames.Suffix, StringComparison.Ordinal) == (form == KvLockForm.Beside), cancellationToken).ConfigureAwait(false))
        {
            var key = directory[..^(suffix.Length + 1)];
            if (key.Length > 0 && range.Contains(key) && await ReadLockAsync(key, form, cancellationToken).ConfigureAwait(false) is { LeaseId: not null } found)
            {
                yield return found;
            }
        }
    }

    private void CheckForm(string key, KvLockForm form) =>
        OptionRules.RequireForm(key, new KvLockOptions { Form = form }, Info, KvLockForm.Beside, KvLockForm.EtcdMutex);

    private async ValueTask<KvLockStatus?> ReadLockAsync(string key, KvLockForm form, CancellationToken cancellationToken)
    {
        var contenders = await Contenders.ReadAsync(_engine, LockNames.DirectoryOf(key, form), cancellationToken).ConfigureAwait(false);
        if (contenders.Pairs.Count == 0)
        {
            return null;
        }

        var holder = contenders.Pairs[0];
        var mark = LockMark.Read(holder.GetBytes());
        return new(key, mark.Owner, holder.CreateRevision ?? 0)
        {
            Since = mark.Since,
            LeaseId = holder.LeaseId,
            Waiting = [.. contenders.Pairs.Skip(1).Select(c => LockMark.Read(c.GetBytes()).Owner)],
        };
    }
}
