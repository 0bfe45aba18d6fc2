using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Takes the locks of keys and emits them. They are held until they are passed to Unlock-KvKey, or the store is disconnected.</summary>
/// <remarks>A lock that cannot be had ends the command: what follows in a script must not run as if it were held. The locks that the command took before it
/// are released, as no variable has received them.</remarks>
[Cmdlet(VerbsCommon.Lock, "KvKey", SupportsShouldProcess = true)]
[OutputType(typeof(KvLock))]
public sealed class LockKvKeyCommand : KvLockCmdlet
{
    private readonly List<KvLock> _taken = [];

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
                LockHolders.Add(held);
                WriteObject(held);
            }
        }
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
            // A later command of the pipeline may have received one of them and still hold it: so it is told.
            GiveUp(_taken.Select(held => (Func<CancellationToken, ValueTask>)held.BreakAsync));
            throw;
        }
    }
}
