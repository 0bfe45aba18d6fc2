using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Releases locks. If a lock was already lost, the command fails. If another runspace took the lock, its holder is notified by its Lost
/// token.</summary>
[Cmdlet(VerbsCommon.Unlock, "KvKey", DefaultParameterSetName = LockSet, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class UnlockKvKeyCommand : KvCmdlet
{
    private const string LockSet = "Lock";
    private const string KeySet = "Key";

    /// <summary>The locks that Lock-KvKey emitted. Releasing a lock twice has no effect.</summary>
    [Parameter(ParameterSetName = LockSet, Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public KvLock[] Lock { get; set; } = [];

    /// <summary>The keys of locks that this runspace took with Lock-KvKey and still holds.</summary>
    [Parameter(ParameterSetName = KeySet, Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [TextOf("Key")]
    [ArgumentCompleter(typeof(HeldLockCompleter))]
    public string[] Key { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var held in ParameterSetName == LockSet ? Lock : Key.Select(Find).OfType<KvLock>())
        {
            if (ShouldProcess(held.Key, "Release lock"))
            {
                ReportErrors(held.Key, () => Wait(LockHolders.IsElsewhere(held) ? held.BreakAsync(StopToken) : held.UnlockAsync(StopToken)));
            }
        }
    }

    private KvLock? Find(string key)
    {
        var found = LockHolders.HeldHere().Where(held => held.Lock.Key == key).ToArray();
        switch (found)
        {
            case [var (held, _)]:
                return held;
            case []:
                WriteError(ErrorRecords.InvalidArgument(
                    $"This session does not hold the lock of '{key}'. Get-KvLock shows its holder. To remove the lock of a holder that no longer runs, use Get-KvLock {ArgumentText.Of(key)} | Remove-KvLease.", key));
                return null;
            default:
                WriteError(ErrorRecords.InvalidArgument(
                    $"This session holds {found.Length} locks of '{key}', on {string.Join(", ", found.Select(held => held.Store.Info.Address))}. Specify the lock that Lock-KvKey emitted.", key));
                return null;
        }
    }
}
