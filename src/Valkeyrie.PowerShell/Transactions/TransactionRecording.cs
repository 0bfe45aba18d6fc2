using System.Diagnostics;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Transactions;

/// <summary>Records the operations in the block of a transaction instead of sending them. A block and its commands run on the pipeline's
/// thread. Code that runs elsewhere, such as a job that the block starts, is not part of the transaction.</summary>
/// <remarks>PowerShell also runs the actions of events (Register-ObjectEvent -Action) on that thread, between any two statements of the block. They are not
/// part of the transaction either.</remarks>
internal sealed class TransactionRecording
{
    [ThreadStatic]
    private static TransactionRecording? current;

    private readonly List<KvOperation> _operations = [];
    private ErrorRecord? _refusal;

    private TransactionRecording(IKvStore store) => Store = store;

    /// <summary>The recording for commands on this thread; null outside the blocks of a transaction.</summary>
    public static TransactionRecording? Current => current is null || IsInEventAction() ? null : current;

    /// <summary>The store of the transaction.</summary>
    public IKvStore Store { get; }

    /// <summary>Runs a block and returns the recorded operations.</summary>
    /// <param name="store">The store of the transaction.</param>
    /// <param name="block">Runs the block.</param>
    /// <exception cref="CommandFailedException">A command failed and -ErrorAction let the block continue, so the recording is incomplete.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static IReadOnlyList<KvOperation> Of(IKvStore store, Action block)
    {
        var recording = new TransactionRecording(store);

        // The action of an event can create a transaction in the middle of another one's block.
        var outer = current;
        current = recording;
        try
        {
            block();
            return recording._refusal is null ? recording._operations : throw new CommandFailedException(recording._refusal);
        }
        finally
        {
            current = outer;
        }
    }

    // Only the stack shows this: neither the scope nor PowerShell's call stack of an action leads back to the block.
    private static bool IsInEventAction()
    {
        foreach (var frame in new StackTrace(fNeedFileInfo: false).GetFrames())
        {
            var method = frame.GetMethod();
            if (method?.DeclaringType == typeof(PSEventJob))
            {
                return true;
            }

            if (method?.DeclaringType == typeof(TransactionRecording) && method.Name == nameof(Of))
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Records that a command failed and the block continued, so the transaction must not be committed.</summary>
    public void Refuse(ErrorRecord error) => _refusal ??= error;

    /// <summary>Records an operation.</summary>
    public void Add(KvOperation operation) => _operations.Add(operation);
}
