using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Takes the locks of keys and emits them. They are held until they are passed to Unlock-KvKey, or the store is disconnected.</summary>
/// <remarks>If a lock is not available, the command ends: the rest of a script must not run as if the lock were held. The command then releases the locks that
/// it took before, because no variable has received them. It also releases them if an earlier command ends the pipeline with an error.</remarks>
[Cmdlet(VerbsCommon.Lock, "KvKey", SupportsShouldProcess = true)]
[OutputType(typeof(KvLock))]
public sealed class LockKvKeyCommand : KvLockCmdlet
{
    private readonly List<KvLock> _taken = [];
    private bool _isSettled;

    /// <summary>The keys, which do not have to exist.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [TextOf("Key")]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string[] Key { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var key in Key)
        {
            if (ShouldProcess(key, "Take lock"))
            {
                var held = TakeOrReleaseAll(key);
                LockHolders.Add(held, Target);
                Emit(held);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Complete() => _isSettled = true;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // The previous command failed, or Ctrl+C was pressed: PowerShell then assigns no output of the pipeline.
        if (disposing && !_isSettled)
        {
            ReleaseAll();
        }

        base.Dispose(disposing);
    }

    // A later command that ends the pipeline, such as Select-Object -First, has received the locks and is responsible for them.
    private void Emit(KvLock held)
    {
        _isSettled = true;
        WriteObject(held);
        _isSettled = false;
    }

    private KvLock TakeOrReleaseAll(string key)
    {
        try
        {
            var held = Take(key);
            _taken.Add(held);
            return held;
        }
        catch (Exception)
        {
            ReleaseAll();
            throw;
        }
    }

    // A later command of the pipeline can still use one of them, so it is notified.
    private void ReleaseAll()
    {
        GiveUp(_taken.Select(held => (Func<CancellationToken, ValueTask>)held.BreakAsync));
        _taken.Clear();
    }
}
