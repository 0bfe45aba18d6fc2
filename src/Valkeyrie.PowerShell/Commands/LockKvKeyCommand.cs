using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Takes the locks of keys and emits them. They are held until they are passed to Unlock-KvKey, or the store is disconnected.</summary>
/// <remarks>A lock that cannot be had ends the command: what follows in a script must not run as if it were held. The locks that the command took before it
/// are released, as no variable has received them. So are they where an earlier command of the pipeline ends it by an error.</remarks>
[Cmdlet(VerbsCommon.Lock, "KvKey", SupportsShouldProcess = true)]
[OutputType(typeof(KvLock))]
public sealed class LockKvKeyCommand : KvLockCmdlet
{
    private readonly List<KvLock> _taken = [];
    private bool _isSettled;

    /// <summary>The keys; they need not exist.</summary>
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
        // The command before this one has failed, or Ctrl+C was pressed: PowerShell then assigns nothing of what came out of the pipeline.
        if (disposing && !_isSettled)
        {
            ReleaseAll();
        }

        base.Dispose(disposing);
    }

    // A later command that ends the pipeline, as Select-Object -First does, has received the locks, and what becomes of them is its business.
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

    // A later command of the pipeline may have received one of them and still hold it, so it is notified.
    private void ReleaseAll()
    {
        GiveUp(_taken.Select(held => (Func<CancellationToken, ValueTask>)held.BreakAsync));
        _taken.Clear();
    }
}
