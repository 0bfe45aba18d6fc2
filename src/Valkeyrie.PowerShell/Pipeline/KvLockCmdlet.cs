using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The base of cmdlets that take locks.</summary>
public abstract class KvLockCmdlet : KvHoldingCmdlet
{
    private KvLockOptions? _options;

    /// <summary>The holder that Get-KvLock shows to others. Default: the user and the machine, as in <c>user@machine</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Owner { get; set; }

    /// <summary>A value to write to the locked key in the step that takes the lock. Default: the key is not written.</summary>
    [Parameter]
    [AllowEmptyString]
    public object? Value { get; set; }

    /// <summary>How long the lock lasts if its holder dies: a TimeSpan or seconds. Default: 20 seconds.</summary>
    [Parameter]
    [Alias("TimeToLive")]
    [Duration(ShortestMilliseconds = 100, ShortestSpanMilliseconds = 1000)]
    public TimeSpan? Ttl { get; set; }

    /// <summary>How long to wait for the lock: a TimeSpan or seconds; 0 tries once. Default: without a limit.</summary>
    [Parameter]
    [Alias("TimeoutSeconds")]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Remove the locked key in the step that releases the lock.</summary>
    [Parameter]
    public SwitchParameter DeleteOnUnlock { get; set; }

    /// <summary>Take the same lock as <c>etcdctl lock KEY</c> and programs with etcd's Go package concurrency. Only on etcd's API 3 and embedded
    /// stores.</summary>
    [Parameter]
    public SwitchParameter EtcdMutex { get; set; }

    /// <summary>Take the same lock as <c>consul lock KEY</c>. Only on Consul.</summary>
    [Parameter]
    public SwitchParameter ConsulLock { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        if (EtcdMutex && ConsulLock)
        {
            Fail(ErrorRecords.InvalidArgument("Specify -EtcdMutex or -ConsulLock, not both.", null));
        }

        _options = OrFail(null, () => new KvLockOptions
        {
            Owner = Owner ?? KvLockOptions.DefaultOwner,
            Value = MyInvocation.BoundParameters.ContainsKey(nameof(Value))
                ? ValueBytes.From(Value, new JsonConversion(InvokeCommand).ToJson, "")
                : default(ReadOnlyMemory<byte>?),
            Ttl = Ttl ?? KvLockOptions.DefaultTtl,
            Timeout = Timeout,
            DeleteOnUnlock = DeleteOnUnlock,
            Form = EtcdMutex ? KvLockForm.EtcdMutex : ConsulLock ? KvLockForm.ConsulLock : KvLockForm.Beside,
        });
    }

    /// <summary>Takes a lock, or ends the command with an error.</summary>
    /// <param name="key">The key.</param>
    protected KvLock Take(string key) => Hold(key, () => TakeOrSayWhoHoldsAsync(key));

    private async ValueTask<KvLock> TakeOrSayWhoHoldsAsync(string key)
    {
        try
        {
            return await Target.LockAsync(key, _options, StopToken).ConfigureAwait(false);
        }
        catch (KvCannotLockException e) when (Timeout is not null)
        {
            throw await HeldByAsync(e, key).ConfigureAwait(false);
        }
    }

    // The holder is read after the failed attempt. By then it can be another one, or none.
    private async ValueTask<KvCannotLockException> HeldByAsync(KvCannotLockException failure, string key)
    {
        if (!Target.TryGetCapability<IKvLockStatus>(out var locks))
        {
            return failure;
        }

        try
        {
            return await locks.TryGetLockAsync(key, _options!.Form, StopToken).ConfigureAwait(false) is { Owner.Length: > 0 } held
                ? new KvCannotLockException(key, Timeout!.Value, failure.Endpoint, held.Owner)
                : failure;
        }
        catch (KvException)
        {
            return failure;
        }
    }
}
