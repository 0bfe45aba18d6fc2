using System.Diagnostics;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Transactions;

/// <summary>What the block of a transaction asks for, recorded instead of sent. A block runs on the thread of its pipeline, and so do the commands in
/// it: whatever runs elsewhere, such as a job that it starts, is not part of it.</summary>
/// <remarks>PowerShell runs the actions of events (Register-ObjectEvent -Action) on that thread, too, between any two statements of the block. They are not part
/// of it either.</remarks>
internal sealed class TransactionRecording
{
    [ThreadStatic]
    private static TransactionRecording? current;

    private readonly List<KvOperation> _operations = [];
    private ErrorRecord? _refusal;

    private TransactionRecording(IKvStore store) => Store = store;

    /// <summary>The recording that commands on this thread belong to; null where no block of a transaction runs.</summary>
    public static TransactionRecording? Current => current is null || IsInEventAction() ? null : current;

    /// <summary>The store that the transaction is for.</summary>
    public IKvStore Store { get; }

    /// <summary>Runs a block and gives what its commands asked for.</summary>
    /// <param name="store">The store that the transaction is for.</param>
    /// <param name="block">Runs the block.</param>
    /// <exception cref="CommandFailedException">A command failed, and -ErrorAction let the block go on: what was asked for is not whole.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static IReadOnlyList<KvOperation> Of(IKvStore store, Action block)
    {
        var recording = new TransactionRecording(store);

        // An event's action may make a transaction of its own in the middle of another one's block.
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

    // Nothing but the stack tells: an action has neither a scope nor a call stack of PowerShell's own that leads back to the block.
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

    /// <summary>Keeps that a command failed and the block went on, so that the transaction is not made.</summary>
    public void Refuse(ErrorRecord error) => _refusal ??= error;

    /// <summary>Records an operation.</summary>
    public void Add(KvOperation operation) => _operations.Add(operation);
}
