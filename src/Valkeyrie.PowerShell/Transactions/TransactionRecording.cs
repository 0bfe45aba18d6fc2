using System.Management.Automation;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Transactions;

/// <summary>What the block of a transaction asks for, recorded instead of sent. A block runs on the thread of its pipeline, and so do the commands in
/// it: whatever runs elsewhere, such as a job that it starts, is no part of it.</summary>
internal sealed class TransactionRecording
{
    [ThreadStatic]
    private static TransactionRecording? current;

    private readonly List<KvOperation> _operations = [];
    private ErrorRecord? _refusal;

    private TransactionRecording(IKvStore store) => Store = store;

    /// <summary>The recording that commands on this thread belong to; null where no block of a transaction runs.</summary>
    public static TransactionRecording? Current => current;

    /// <summary>The store that the transaction is for.</summary>
    public IKvStore Store { get; }

    /// <summary>Runs a block and gives what its commands asked for.</summary>
    /// <param name="store">The store that the transaction is for.</param>
    /// <param name="block">Runs the block.</param>
    /// <exception cref="CommandFailedException">A command failed, and -ErrorAction let the block go on: what was asked for is not whole.</exception>
    public static IReadOnlyList<KvOperation> Of(IKvStore store, Action block)
    {
        var recording = new TransactionRecording(store);
        current = recording;
        try
        {
            block();
            return recording._refusal is null ? recording._operations : throw new CommandFailedException(recording._refusal);
        }
        finally
        {
            current = null;
        }
    }

    /// <summary>Keeps that a command failed and the block went on, so that the transaction is not made.</summary>
    public void Refuse(ErrorRecord error) => _refusal ??= error;

    /// <summary>Records an operation.</summary>
    public void Add(KvOperation operation) => _operations.Add(operation);
}
